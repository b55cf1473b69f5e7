-- Grain: one row per pair of labels that share a frame of a video.
-- Keys: job_id, aggregate_by, name, other_name; name comes before other_name in the alphabet.
-- Holds: in how many sampled frames of a TIMESTAMPS result both are, how long those last, and whether one is
--   an ancestor of the other. Reads label_detection_samples and label_relations, computed before.
WITH names AS (
    SELECT DISTINCT
        job_id,
        aggregate_by,
        timestamp,
        name
    FROM labels
    WHERE aggregate_by = 'TIMESTAMPS'
),

seen AS (
    SELECT
        label.job_id,
        label.aggregate_by,
        label.timestamp,
        label.name,
        sample.sample_millis
    FROM names AS label
    INNER JOIN label_detection_samples AS sample
        ON label.job_id = sample.job_id AND label.timestamp = sample.timestamp
),

pairs AS (
    SELECT
        label.job_id,
        label.aggregate_by,
        label.name,
        other.name AS other_name,
        COUNT(*) AS frames,
        CAST(SUM(label.sample_millis) AS BIGINT) AS together_millis
    FROM seen AS label
    INNER JOIN seen AS other
        ON
            label.job_id = other.job_id
            AND label.timestamp = other.timestamp
            AND label.name < other.name
    GROUP BY label.job_id, label.aggregate_by, label.name, other.name
)

SELECT
    pair.*,
    COALESCE(LIST_CONTAINS(label.ancestors, pair.other_name), FALSE)
    OR COALESCE(LIST_CONTAINS(other.ancestors, pair.name), FALSE) AS is_ancestor
FROM pairs AS pair
LEFT JOIN label_relations AS label
    ON
        pair.job_id = label.job_id
        AND pair.aggregate_by = label.aggregate_by
        AND pair.name = label.name
LEFT JOIN label_relations AS other
    ON
        pair.job_id = other.job_id
        AND pair.aggregate_by = other.aggregate_by
        AND pair.other_name = other.name
