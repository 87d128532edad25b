-- SPDX-License-Identifier: GPL-2.0-only
-- Work for postgres with jit=on: no end of rows, for each of which compiled code evaluates this.
SELECT sum((a.i * 3 + b.i * 7 + c.i) % 11 + CASE WHEN a.i + b.i > c.i THEN 1 ELSE 2 END)
FROM numbers a, numbers b, numbers c WHERE (a.i * b.i + c.i) % 5 <> 3;
