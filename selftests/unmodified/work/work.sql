-- SPDX-License-Identifier: GPL-2.0-only
--
-- Work for sqlite3; the suite feeds it again and again.
DROP TABLE IF EXISTS t;
CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
INSERT INTO t SELECT i, printf('%x-%d', i * 2654435761 % 65536, i), i * 1.5 FROM n;
CREATE INDEX t_b ON t (b);
SELECT count(*), max(b), sum(c) FROM t WHERE b LIKE '%a%';
SELECT substr(b, 1, 2) AS k, count(*), group_concat(a) FROM t GROUP BY k ORDER BY 2 LIMIT 3;
SELECT count(*) FROM t AS x JOIN t AS y ON x.b = y.b WHERE x.a % 3 = 0;
SELECT a, row_number() OVER (PARTITION BY a % 7 ORDER BY b) AS r FROM t ORDER BY r DESC LIMIT 3;
UPDATE t SET b = upper(b) || a, c = c / 3 WHERE a % 2;
SELECT json_extract('{"a":[1,2,{"b":' || a || '}]}', '$.a[2].b') FROM t WHERE a % 977 = 0;
DELETE FROM t WHERE a % 5 = 0;
VACUUM;
