/**
 * Arithmetic of rollups in SQL, for any finite values. A plain sum or average of large values is an error in
 * PostgreSQL, and so is a square or quotient of tiny ones: what could overflow is scaled down first, and what could
 * vanish counts as 0.
 */
import type postgres from "postgres";
import type { Sql } from "../sql.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** 2^60: more values than one group ever has. */
const SCALE = 1_152_921_504_606_846_976;
const LARGE = 1e280;
const TINY = 1e-280;
/** Squares of values between these can be added without overflow and underflow; less counts as 0, more is left out. */
const SQUARE_MIN = 1e-140;
const SQUARE_MAX = 1e140;

/** The mean over a group of `value`, each of which stands for `weight` readings. */
export function meanOf(sql: Sql, value: Fragment, weight: Fragment): Fragment {
  return sql`(
    sum(CASE WHEN abs(${value}) >= ${LARGE}::float8 THEN ${value} / ${SCALE}::float8 * ${weight} ELSE 0 END) / sum(${weight})
      * ${SCALE}::float8
    + sum(CASE WHEN abs(${value}) >= ${LARGE}::float8 OR abs(${value}) < ${TINY}::float8 THEN 0 ELSE ${value} * ${weight} END)
      / sum(${weight})
  )`;
}

/** The sum over a group of the squared deviations of `value` from its mean. */
export function squaresOf(sql: Sql, value: Fragment): Fragment {
  const usable = sql`CASE WHEN abs(${value}) > ${SQUARE_MAX}::float8 THEN NULL
    WHEN abs(${value}) < ${SQUARE_MIN}::float8 THEN 0 ELSE ${value} END`;
  return sql`coalesce(var_pop(${usable}) * count(${usable}), 0)`;
}
