-- Answers: with which settings was each job started, and which were found instead of started here?
SELECT
    job_id,
    operation,
    found_by,
    min_confidence,
    input_s3_object_bucket || '/' || input_s3_object_name AS input,
    started_at
FROM job_requests
ORDER BY started_at DESC NULLS LAST, job_id ASC
