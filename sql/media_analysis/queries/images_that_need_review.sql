-- Grain: image.
-- Answers: which images must a person look at, because of what, the surest first?
SELECT
    source_ref,
    category,
    name,
    ROUND(confidence, 1) AS confidence,
    findings,
    newer_min_confidence
FROM review_queue
ORDER BY confidence DESC, source_ref ASC, name ASC
LIMIT 10
