-- Grain: one row per landed result that Amazon drops within two days.
-- Keys: operation, job_id, aggregate_by.
-- Answers: which results can soon not be landed again? Those that are not reconciled need a look before
--   expires_at. Only what was landed and loaded is here: `rekognition-results unlanded` and the DAG
--   `expiring_results` tell of results that are not landed. Amazon keeps a video's results for 7 days and
--   a bulk job's details for a year:
--   https://docs.aws.amazon.com/rekognition/latest/dg/api-video.html
--   The days count from the moment the job was seen finished, or, where that is not known, from the
--   landing: Amazon's own may end earlier.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of a video's result; NULL for a bulk job.
-- Column expires_at: When Amazon drops its copy of the result.
-- Column hours_left: Hours until then.
WITH ends AS (
    SELECT
        operation,
        job_id,
        aggregate_by,
        reconciled,
        held_back,
        COALESCE(finished_at, landed_at)
        + TO_DAYS($days_kept) AS expires_at
    FROM loads
)

SELECT
    operation,
    job_id,
    aggregate_by,
    reconciled,
    held_back,
    expires_at,
    ROUND(EPOCH(expires_at - NOW()) / 3600, 1) AS hours_left
FROM ends
WHERE expires_at BETWEEN NOW() AND NOW() + INTERVAL 2 DAY
