-- Grain: one row per stretch of a video that a person has to look at.
-- Keys: job_id, category, start_timestamp_millis; job_id is the analysis that found it.
-- Answers: which parts of which videos need review, and because of what? A label counts when its confidence reaches the
--   threshold of its category (review_thresholds, by the category of model 7; a name without one there takes the
--   threshold for all others), as in the images' review_queue. Sampled frames that follow each other and reach it
--   are one stretch; so are stretches that were sent and overlap or touch. A newer analysis of the video clears
--   a category only if its MinConfidence is known and at most that category's threshold: one that asked for surer
--   labels only would not have returned the finding. One of a newer version of the video clears everything.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result; TIMESTAMPS where the job has both.
-- Column category: Top-level category, as the model that found the labels names it.
-- Column category_7: The same in the names of model 7; NULL for a name that has no counterpart there.
-- Column name: The surest label of the stretch, of equals the one seen first.
-- Column confidence: Highest confidence in the stretch, in percent.
-- Column min_confidence: Threshold of the category, in percent.
-- Column is_default_threshold: There is no threshold of its own: the one for all others counts.
-- Column start_timestamp_millis: Where it begins, in milliseconds.
-- Column end_timestamp_millis: Where it ends, in milliseconds.
-- Column duration_millis: How long it is, in milliseconds.
-- Column newer_min_confidence: MinConfidence of the video's newest analysis, in percent, where that is newer than the
--   finding and did not look closely enough to clear it; else NULL.
WITH thresholds AS (
    SELECT MAP_FROM_ENTRIES(LIST((category, min_confidence))) AS by_category
    FROM review_thresholds
),

-- numbers stand for jobs, videos and categories from here on: comparing texts would take twice as long
jobs AS (
    SELECT
        job_id,
        aggregate_by,
        video_s3_object_bucket,
        video_s3_object_name,
        min_confidence,
        ROW_NUMBER() OVER (ORDER BY analysed_at ASC, job_id ASC) AS job_number
    FROM content_moderation_analyses
    WHERE NOT is_replaced
    QUALIFY aggregate_by = MAX(aggregate_by) OVER (PARTITION BY job_id)
),

analyses AS (
    SELECT
        *,
        MIN(job_number) OVER video AS video_number,
        COUNT(*) OVER video AS of_video,
        LAST_VALUE(min_confidence) OVER newer AS newest_min_confidence,
        MIN(min_confidence) OVER newer AS newer_lowest
    FROM jobs
    WINDOW
        video AS (
            PARTITION BY
                video_s3_object_bucket,
                video_s3_object_name,
                CASE WHEN video_s3_object_name IS NULL THEN job_id END
        ),
        newer AS (
            PARTITION BY
                video_s3_object_bucket,
                video_s3_object_name,
                CASE WHEN video_s3_object_name IS NULL THEN job_id END
            ORDER BY job_number ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        )
),

findings AS (
    SELECT
        job.job_number,
        job.video_number,
        job.of_video,
        found.category,
        found.category_7,
        found.name,
        found.confidence,
        found.start_timestamp_millis,
        found.end_timestamp_millis,
        thresholds.by_category[COALESCE(found.category_7, found.category)] AS own_threshold,
        COALESCE(own_threshold, thresholds.by_category['']) AS threshold
    FROM analyses AS job
    INNER JOIN precomputed.video_moderation_moments AS found
        ON job.job_id = found.job_id AND job.aggregate_by = found.aggregate_by
    CROSS JOIN thresholds
    WHERE found.confidence >= threshold AND COALESCE(job.newer_lowest > threshold, TRUE)
),

open_findings AS (
    SELECT *
    FROM findings
    WHERE of_video = 1
    UNION ALL
    SELECT *
    FROM findings
    WHERE of_video > 1
    -- of each category what its newest analysis found
    QUALIFY job_number = MAX(job_number) OVER (PARTITION BY video_number, COALESCE(category_7, category))
),

groups AS (
    SELECT
        job_number,
        category,
        category_7,
        ROW_NUMBER() OVER () AS group_number
    FROM open_findings
    GROUP BY job_number, category, category_7
),

grouped AS (
    SELECT
        found.*,
        groups.group_number
    FROM open_findings AS found
    INNER JOIN groups
        ON
            found.job_number = groups.job_number
            AND found.category = groups.category
            AND found.category_7 IS NOT DISTINCT FROM groups.category_7
),

breaks AS (
    SELECT
        *,
        CAST(COALESCE(start_timestamp_millis > MAX(end_timestamp_millis) OVER earlier, FALSE) AS INTEGER) AS is_break
    FROM grouped
    WINDOW earlier AS (
        PARTITION BY group_number
        ORDER BY start_timestamp_millis ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

numbered AS (
    SELECT
        *,
        SUM(is_break) OVER (PARTITION BY group_number ORDER BY start_timestamp_millis) AS stretch
    FROM breaks
),

stretches AS (
    SELECT
        job_number,
        category,
        category_7,
        FIRST(name ORDER BY confidence DESC, start_timestamp_millis ASC, name ASC) AS name,
        MAX(confidence) AS confidence,
        ANY_VALUE(threshold) AS min_confidence,
        ANY_VALUE(own_threshold IS NULL) AS is_default_threshold,
        MIN(start_timestamp_millis) AS start_timestamp_millis,
        MAX(end_timestamp_millis) AS end_timestamp_millis
    FROM numbered
    GROUP BY job_number, category, category_7, group_number, stretch
)

SELECT
    job.job_id,
    job.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    stretch.category,
    stretch.category_7,
    stretch.name,
    stretch.confidence,
    stretch.min_confidence,
    stretch.is_default_threshold,
    stretch.start_timestamp_millis,
    stretch.end_timestamp_millis,
    stretch.end_timestamp_millis - stretch.start_timestamp_millis AS duration_millis,
    job.newest_min_confidence AS newer_min_confidence
FROM stretches AS stretch
INNER JOIN analyses AS job ON stretch.job_number = job.job_number
