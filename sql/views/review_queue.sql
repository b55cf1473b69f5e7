-- Grain: one row per image that a person has to look at (latest analysis) and configuration.
-- Keys: job_id, image_index.
-- Answers: which images need review, and because of what? A label counts when its confidence reaches
--   the threshold of its category (review_thresholds); the worst one is named first.
SELECT
    finding.job_id,
    finding.image_index,
    finding.source_ref,
    finding.source_ref_bucket,
    finding.source_ref_key,
    ARG_MAX(finding.category, finding.confidence) AS category,
    ARG_MAX(
        finding.name, ROW(finding.confidence, COALESCE(finding.taxonomy_level, 0))
    ) AS name,
    MAX(finding.confidence) AS confidence,
    COUNT(*) AS findings,
    LIST_SORT(LIST_DISTINCT(LIST(finding.category))) AS categories
FROM moderation_findings AS finding
LEFT JOIN review_thresholds AS threshold ON finding.category = threshold.category
INNER JOIN review_thresholds AS fallback ON fallback.category = ''
WHERE
    finding.confidence >= COALESCE(
        threshold.min_confidence,
        fallback.min_confidence
    )
GROUP BY
    finding.job_id,
    finding.image_index,
    finding.source_ref,
    finding.source_ref_bucket,
    finding.source_ref_key
