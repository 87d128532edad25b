-- SPDX-License-Identifier: GPL-2.0-only
CREATE TABLE IF NOT EXISTS numbers AS SELECT i::bigint FROM generate_series(1, 3000) AS i;
