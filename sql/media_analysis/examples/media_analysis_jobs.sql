-- Answers: how long did each bulk job take, and why did it fail if it did?
SELECT
    job_id,
    job_name,
    status,
    EPOCH(completion_timestamp - creation_timestamp) AS seconds,
    failure_details_code,
    failure_details_message
FROM media_analysis_jobs
ORDER BY creation_timestamp DESC NULLS LAST, job_id ASC
