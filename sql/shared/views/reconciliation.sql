-- Grain: one row per result in the ledger, held back or not.
-- Keys: operation, job_id, aggregate_by.
-- Answers: is what was written all that the service said it returned? For a bulk job the lines that its
--   summary counts as analysed stand beside the images that were written and the lines in quarantine. A
--   video's result names no total, so its pages and tokens are checked when it is flattened, and
--   reason says what differs. Reads all results, of an object that was analysed twice both.
-- Column reason: Why the result does not reconcile; NULL when it does.
-- Column rows_written: Rows of the result in moderation_images, or what was found in a video: rows of labels or
--   video_moderation_labels. Of one that is held back, rows that wait until it is accepted.
-- Column lines_put_aside: Lines of the result in quarantine; NULL for a video whose result is held back.
-- Column records_put_aside: Lines and single labels in quarantine.
WITH put_aside AS (
    SELECT
        operation,
        job_id,
        aggregate_by,
        COUNT(*) AS records,
        COUNT(*) FILTER (WHERE label_index IS NULL) AS lines
    FROM quarantined_records
    GROUP BY operation, job_id, aggregate_by
),

results AS (
    SELECT
        load.*,
        COALESCE($rows_written, 0) AS rows_written,
        -- what is held back is in no table: the ledger has its numbers
        CASE
            WHEN load.operation = 'media_analysis' THEN load.lines_received - rows_written
            WHEN NOT load.held_back THEN COALESCE(put_aside.lines, 0)
        END AS lines_put_aside,
        CASE
            WHEN load.held_back THEN COALESCE(load.row_counts['quarantined_records'], 0)
            ELSE COALESCE(put_aside.records, 0)
        END AS records_put_aside
    FROM loads AS load
    LEFT JOIN put_aside
        ON
            load.operation = put_aside.operation
            AND load.job_id = put_aside.job_id
            AND load.aggregate_by IS NOT DISTINCT FROM put_aside.aggregate_by
)

SELECT
    operation,
    job_id,
    aggregate_by,
    reconciled,
    held_back,
    reason,
    accepted_reason,
    lines_sent,
    lines_analysed,
    lines_refused,
    lines_received,
    rows_written,
    lines_put_aside,
    records_put_aside
FROM results
