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
WITH thresholds AS (
    SELECT MAP_FROM_ENTRIES(LIST((category, min_confidence))) AS by_category
    FROM review_thresholds
),

images AS (
    -- one pass over the names; of ETags their hashes, which are as short as numbers
    SELECT
        image.source_ref,
        ANY_VALUE(image.source_ref_bucket) AS source_ref_bucket,
        ANY_VALUE(image.source_ref_key) AS source_ref_key,
        LIST({
            'job_number': job.job_number,
            'image_index': image.image_index,
            'min_confidence': job.min_confidence,
            'etag': CASE WHEN image.source_ref_etag IS NOT NULL THEN HASH(image.source_ref_etag) END
        }) AS analyses
    FROM moderation_images AS image
    INNER JOIN moderation_jobs AS job ON image.job_id = job.job_id
    GROUP BY image.source_ref
),

several AS (
    SELECT
        *,
        UNNEST(analyses) AS one,
        LIST_MAX(analyses) AS newest,
        LIST_MAX([other FOR other IN analyses IF other['etag'] IS NOT NULL])['etag'] AS etag
    FROM images
    WHERE LEN(analyses) > 1
),

analyses AS (
    SELECT
        source_ref,
        source_ref_bucket,
        source_ref_key,
        analyses[1]['job_number'] AS job_number,
        analyses[1]['image_index'] AS image_index,
        TRUE AS is_only,
        NULL AS newer_min_confidence,
        NULL AS newer_lowest
    FROM images
    WHERE LEN(analyses) = 1
    UNION ALL
    SELECT
        source_ref,
        source_ref_bucket,
        source_ref_key,
        one['job_number'] AS job_number,
        one['image_index'] AS image_index,
        FALSE AS is_only,
        CASE WHEN one['job_number'] < newest['job_number'] THEN newest['min_confidence'] END
            AS newer_min_confidence,
        LIST_MIN([
            other['min_confidence'] FOR other IN analyses IF other['job_number'] > one['job_number']
        ]) AS newer_lowest
    FROM several
    -- an image of which nobody knows the ETag is not known to be another one
    WHERE COALESCE(one['etag'] = etag, TRUE)
),

findings AS (
    SELECT
        image.source_ref,
        image.source_ref_bucket,
        image.source_ref_key,
        image.job_number,
        image.is_only,
        image.newer_min_confidence,
        image.newer_lowest,
        found.*,
        thresholds.by_category[COALESCE(found.category_7, found.category)] AS own_threshold,
        COALESCE(own_threshold, thresholds.by_category['']) AS threshold
    FROM analyses AS image
    INNER JOIN moderation_jobs AS job ON image.job_number = job.job_number
    INNER JOIN precomputed.moderation_findings AS found
        ON job.job_id = found.job_id AND image.image_index = found.image_index
    CROSS JOIN thresholds
    WHERE
        found.confidence >= threshold
        AND COALESCE(image.newer_lowest > threshold, TRUE)
),

open_findings AS (
    SELECT *
    FROM findings
    WHERE is_only
    UNION ALL
    SELECT *
    FROM findings
    WHERE NOT is_only
    -- of each category what its newest analysis found
    QUALIFY job_number = MAX(job_number) OVER (PARTITION BY source_ref, COALESCE(category_7, category))
),

worst AS (
    SELECT
        source_ref,
        ANY_VALUE(source_ref_bucket) AS source_ref_bucket,
        ANY_VALUE(source_ref_key) AS source_ref_key,
        FIRST(
            {
                'job_id': job_id,
                'image_index': image_index,
                'category': category,
                'category_7': category_7,
                'name': name,
                'confidence': confidence,
                'min_confidence': threshold,
                'is_default_threshold': own_threshold IS NULL,
                'newer_min_confidence': newer_min_confidence
            } ORDER BY
                confidence DESC,
                category ASC,
                COALESCE(taxonomy_level, 0) DESC,
                name ASC,
                job_id ASC
        ) AS one,
        COUNT(*) AS findings,
        LIST_SORT(LIST_DISTINCT(LIST(category))) AS categories
    FROM open_findings
    GROUP BY source_ref
)

SELECT
    one['job_id'] AS job_id,
    one['image_index'] AS image_index,
    source_ref,
    source_ref_bucket,
    source_ref_key,
    one['category'] AS category,
    one['category_7'] AS category_7,
    one['name'] AS name,
    one['confidence'] AS confidence,
    one['min_confidence'] AS min_confidence,
    one['is_default_threshold'] AS is_default_threshold,
    findings,
    categories,
    one['newer_min_confidence'] AS newer_min_confidence
FROM worst
