-- Grain: one row per result in the ledger.
-- Keys: operation, job_id, aggregate_by.
-- Answers: is what was written all that the service said it returned? For a bulk job the lines its summary
--   counts as analysed stand against the images written and the lines put aside; a video's result
--   names no total, so its pages and tokens are checked when it is flattened, and reason tells the outcome.
--   Reads all results, of an object that was analysed twice both.
-- Column reason: Why the result does not reconcile; NULL when it does.
-- Column lines_sent: Lines of the input manifest.
-- Column lines_analysed: Lines that the service says it analysed.
-- Column lines_refused: Lines that the service says it could not read.
-- Column rows_written: Rows in moderation_images, or labels of a video.
-- Column lines_put_aside: Lines of the result in quarantined_records.
-- Column records_put_aside: Lines and single labels in quarantined_records.
WITH put_aside AS (
    SELECT
        operation,
        job_id,
        aggregate_by,
        COUNT(*) AS records,
        COUNT(*) FILTER (WHERE label_index IS NULL) AS lines
    FROM quarantined_records
    GROUP BY operation, job_id, aggregate_by
)

SELECT
    load.operation,
    load.job_id,
    load.aggregate_by,
    load.reconciled,
    load.held_back,
    load.reason,
    load.accepted_reason,
    summary.statistics_total_json_lines AS lines_sent,
    summary.statistics_valid_json_lines AS lines_analysed,
    summary.statistics_invalid_json_lines AS lines_refused,
    COALESCE(load.row_counts['moderation_images'], load.row_counts['labels'], 0) AS rows_written,
    COALESCE(put_aside.lines, 0) AS lines_put_aside,
    COALESCE(put_aside.records, 0) AS records_put_aside
FROM loads AS load
LEFT JOIN manifest_summaries AS summary
    ON load.job_id = summary.job_id AND load.operation = 'media_analysis'
LEFT JOIN put_aside
    ON
        load.operation = put_aside.operation
        AND load.job_id = put_aside.job_id
        AND load.aggregate_by IS NOT DISTINCT FROM put_aside.aggregate_by
