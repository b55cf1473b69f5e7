-- Answers: which images were not analysed, and why?
SELECT
    job_id,
    line_number,
    source_ref,
    code,
    message
FROM manifest_errors
ORDER BY job_id ASC, error_index ASC
