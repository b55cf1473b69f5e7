-- Grain: one row per pair of labels that share a frame of a video.
-- Keys: job_id, aggregate_by, name, other_name; name comes before other_name in the alphabet.
-- Holds: in how many sampled frames of a TIMESTAMPS result both are.
WITH seen AS (
    SELECT DISTINCT
        job_id,
        aggregate_by,
        timestamp,
        name
    FROM labels
    WHERE aggregate_by = 'TIMESTAMPS'
)

SELECT
    label.job_id,
    label.aggregate_by,
    label.name,
    other.name AS other_name,
    COUNT(*) AS frames
FROM seen AS label
INNER JOIN seen AS other
    ON
        label.job_id = other.job_id
        AND label.timestamp = other.timestamp
        AND label.name < other.name
GROUP BY label.job_id, label.aggregate_by, label.name, other.name
