-- Answers: what was loaded last, and what is held back?
SELECT
    operation,
    job_id,
    aggregate_by,
    reconciled,
    held_back,
    COALESCE(accepted_reason, reason) AS note,
    row_counts,
    loaded_at
FROM loads
ORDER BY loaded_at DESC NULLS FIRST, job_id ASC
