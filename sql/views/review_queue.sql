-- Grain: one row per image that a person has to look at.
-- Keys: source_ref; job_id and image_index are those of the analysis that named the finding.
-- Answers: which images need review, and because of what? A label counts when its confidence reaches the
--   threshold of its category (review_thresholds, by the category of model 7; a name without one there
--   takes the threshold for all others). A newer analysis of the image clears a category only if its
--   MinConfidence is at most that category's threshold: one that asked for surer labels only would not
--   have returned the finding. A newer analysis of another object of that name, by its ETag, clears
--   everything. The surest label is named, of equals the one whose category is first in the alphabet,
--   then the deepest.
-- Column image_index: The first line of the job that names the image.
-- Column category: Top-level category of the surest label that counts, as its model names it.
-- Column category_7: The same in the names of model 7; NULL for a name that has no counterpart there.
-- Column min_confidence: Threshold of that category, in percent.
-- Column is_default_threshold: There is no threshold of its own: the one for all others counts.
-- Column findings: Labels that reach the threshold of their category.
-- Column categories: Their categories, by name.
-- Column newer_min_confidence: MinConfidence of the image's newest analysis, in percent, where that is
--   newer than the finding and did not look closely enough to clear it; else NULL.
WITH candidates AS (
    SELECT
        image.source_ref,
        image.source_ref_bucket,
        image.source_ref_key,
        image.source_ref_etag,
        found.*,
        job.job_number,
        COALESCE(threshold.min_confidence, fallback.min_confidence) AS min_confidence,
        threshold.category IS NULL AS is_default_threshold
    FROM precomputed.moderation_findings AS found
    LEFT JOIN review_thresholds AS threshold
        ON COALESCE(found.category_7, found.category) = threshold.category
    INNER JOIN review_thresholds AS fallback ON fallback.category = ''
    INNER JOIN moderation_jobs AS job ON found.job_id = job.job_id
    INNER JOIN moderation_images AS image
        ON found.job_id = image.job_id AND found.image_index = image.image_index
    WHERE found.confidence >= COALESCE(threshold.min_confidence, fallback.min_confidence)
),

analyses AS (
    SELECT DISTINCT
        image.source_ref,
        image.source_ref_etag,
        job.job_number,
        job.min_confidence
    FROM moderation_images AS image
    INNER JOIN moderation_jobs AS job ON image.job_id = job.job_id
    SEMI JOIN candidates ON image.source_ref = candidates.source_ref
),

images AS (
    SELECT
        source_ref,
        MAX(job_number) AS job_number,
        ARG_MAX(source_ref_etag, job_number) AS source_ref_etag,
        ARG_MAX(min_confidence, job_number) AS min_confidence
    FROM analyses
    GROUP BY source_ref
),

looked_for AS (
    SELECT DISTINCT
        source_ref,
        min_confidence
    FROM candidates
),

cleared AS (
    SELECT
        looked_for.source_ref,
        looked_for.min_confidence,
        MAX(analyses.job_number) AS job_number
    FROM looked_for
    INNER JOIN analyses
        ON
            looked_for.source_ref = analyses.source_ref
            AND looked_for.min_confidence >= analyses.min_confidence
    GROUP BY looked_for.source_ref, looked_for.min_confidence
),

open_findings AS (
    SELECT
        candidates.*,
        CASE WHEN images.job_number > candidates.job_number THEN images.min_confidence END AS newer_min_confidence
    FROM candidates
    INNER JOIN images ON candidates.source_ref = images.source_ref
    LEFT JOIN cleared
        ON
            candidates.source_ref = cleared.source_ref
            AND candidates.min_confidence = cleared.min_confidence
    WHERE
        candidates.job_number >= COALESCE(cleared.job_number, 0)
        AND COALESCE(candidates.source_ref_etag = images.source_ref_etag, TRUE)
    -- of each category what its newest analysis found
    QUALIFY
        candidates.job_number = MAX(candidates.job_number) OVER (
            PARTITION BY candidates.source_ref, COALESCE(candidates.category_7, candidates.category)
        )
)

SELECT
    job_id,
    image_index,
    source_ref,
    source_ref_bucket,
    source_ref_key,
    category,
    category_7,
    name,
    confidence,
    min_confidence,
    is_default_threshold,
    COUNT(*) OVER (PARTITION BY source_ref) AS findings,
    LIST_SORT(LIST(DISTINCT category) OVER (PARTITION BY source_ref)) AS categories,
    newer_min_confidence
FROM open_findings
QUALIFY
    ROW_NUMBER() OVER (
        PARTITION BY source_ref
        ORDER BY confidence DESC, category ASC, taxonomy_level DESC NULLS LAST, name ASC
    ) = 1
