-- Grain: one row per image that a person has to look at (latest analysis) and configuration.
-- Keys: job_id, image_index.
-- Answers: which images need review, and because of what? A label counts when its confidence reaches
--   the threshold of its category (review_thresholds); the surest one is named, of equals
--   the one whose category is first in the alphabet.
-- Column category: Top-level category of the surest label that counts.
-- Column findings: Labels that reach the threshold of their category.
-- Column categories: Their categories, by name.
WITH thresholds AS (
    SELECT
        found.*,
        COALESCE(threshold.min_confidence, fallback.min_confidence) AS min_confidence
    FROM moderation_categories AS found
    LEFT JOIN review_thresholds AS threshold ON found.category = threshold.category
    INNER JOIN review_thresholds AS fallback ON fallback.category = ''
)

SELECT
    job_id,
    image_index,
    source_ref,
    source_ref_bucket,
    source_ref_key,
    FIRST(category ORDER BY confidence DESC, category ASC) AS category,
    FIRST(name ORDER BY confidence DESC, category ASC) AS name,
    MAX(confidence) AS confidence,
    CAST(SUM(LEN(LIST_FILTER(confidences, LAMBDA sure: sure >= min_confidence))) AS BIGINT) AS findings,
    LIST_SORT(LIST(category)) AS categories
FROM thresholds
WHERE confidence >= min_confidence
GROUP BY
    job_id,
    image_index,
    source_ref,
    source_ref_bucket,
    source_ref_key
