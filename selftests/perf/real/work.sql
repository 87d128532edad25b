-- SPDX-License-Identifier: GPL-2.0-only
-- What sqlite3 does while perf records it: fill, index, group, join, update.
PRAGMA journal_mode = WAL;
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, town INTEGER, age INTEGER);
CREATE TABLE town (id INTEGER PRIMARY KEY, name TEXT);

INSERT INTO town
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
SELECT i, 'town ' || i FROM n;

INSERT INTO person
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
SELECT i, printf('%x person', i * 7919 % 100003), i * 31 % 500 + 1, i * 17 % 90
FROM n;

CREATE INDEX person_name ON person (name);
CREATE INDEX person_town ON person (town, age);

SELECT count(*), sum(age) FROM person WHERE name LIKE '%ab%';

SELECT town.name, count(*) AS people, avg(age) FROM person
JOIN town ON town.id = person.town
GROUP BY town.id ORDER BY people DESC, town.name LIMIT 3;

SELECT sum(length(a.name)) FROM person AS a
JOIN person AS b ON b.town = a.town AND b.age = a.age AND b.id > a.id
WHERE a.town < 40;

UPDATE person SET age = age + 1 WHERE town % 3 = 0;

SELECT age, group_concat(substr(name, 1, 1), '') FROM
	(SELECT age, name FROM person WHERE town = 77 ORDER BY name DESC)
GROUP BY age ORDER BY age LIMIT 2;

DELETE FROM person WHERE id % 5 = 0;
PRAGMA integrity_check;
SELECT count(*), sum(age), min(name), max(name) FROM person;
