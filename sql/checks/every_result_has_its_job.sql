-- Grain: result of the ledger that is shown, without a row for its job.
-- Finds: a result of which only some tables were written.
WITH jobs AS (
    -- each jobs table
    SELECT
        $operation,
        job_id,
        $aggregate_by
    FROM $table
    -- UNION ALL
)

SELECT
    load.operation,
    load.job_id,
    load.aggregate_by,
    'its job is not in the jobs table of its operation' AS problem
FROM loads AS load
LEFT JOIN jobs AS job
    ON
        load.operation = job.operation
        AND load.job_id = job.job_id
        AND load.aggregate_by IS NOT DISTINCT FROM job.aggregate_by
WHERE NOT load.held_back AND job.job_id IS NULL
