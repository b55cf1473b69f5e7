-- Grain: table and 64 positions of a result whose parents are not all there: the first absent one is named.
-- Finds: tables of one result that do not fit together. (The label that label_parents names may well be
--   absent: a result can be cut off between the two.)

-- A number of 64 bits says which of 64 positions there are: joined are those numbers, not rows,
-- which keeps the memory of many millions of rows small.
WITH parents AS (
    -- each parent
    SELECT
        '$table' AS parent,
        job_id,
        $aggregate_by,
        $further AS further,
        $first >> 6 AS stretch,
        BIT_OR(1::UBIGINT << ($first & 63)) AS positions
    FROM $table
    GROUP BY $group, $first >> 6
    -- UNION ALL
),

children AS (
    -- each child
    SELECT
        '$table' AS table_name,
        '$parent' AS parent,
        '$one' AS one_parent,
        $operation,
        job_id,
        $aggregate_by,
        '$first' AS place,
        $further AS further,
        $first >> 6 AS stretch,
        BIT_OR(1::UBIGINT << ($first & 63)) AS positions
    FROM $table
    GROUP BY $group, $first >> 6
    -- UNION ALL
),

orphans AS (
    SELECT
        child.*,
        child.positions & ~COALESCE(parent.positions, 0::UBIGINT) AS absent
    FROM children AS child
    LEFT JOIN parents AS parent
        ON
            child.parent = parent.parent
            AND child.job_id = parent.job_id
            AND child.aggregate_by IS NOT DISTINCT FROM parent.aggregate_by
            AND child.further = parent.further
            AND child.stretch = parent.stretch
)

SELECT
    operation,
    job_id,
    aggregate_by,
    table_name || ' has a row at ' || place || ' '
    || (stretch * 64 + BIT_COUNT(XOR(absent, absent - 1)) - 1) -- the lowest bit that is set
    || further || ', where there is no ' || one_parent AS problem
FROM orphans
WHERE absent <> 0
