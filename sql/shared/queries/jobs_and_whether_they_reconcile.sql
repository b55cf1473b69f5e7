-- Grain: job.
-- Answers: what became of each job, and is what was written all that the service said it returned?
SELECT
    operation,
    job_id,
    state,
    status,
    reconciled,
    COALESCE(accepted_reason, reason, status_message) AS note
FROM job_status
ORDER BY reconciled ASC NULLS LAST, operation ASC, job_id ASC
