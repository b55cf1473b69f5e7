-- Grain: one row per label name, over all videos (latest jobs).
-- Keys: name.
-- Answers: which part of all videos is each label on screen? Its screen time over the length of the videos
--   whose analysis could have returned it: one that was asked for [Weapon] says nothing of Car. A found job,
--   whose request nobody knows, is taken for one without filters. Videos of unknown length are in
--   screen_time_millis and not in the percentage.
-- Column videos: Videos that show it.
-- Column screen_time_millis: How long it is on screen in all of them, in milliseconds.
-- Column videos_asked: Videos whose analysis could have returned it.
-- Column videos_without_length: Those of them whose length is not known.
-- Column length_millis: Length of the others, in milliseconds.
-- Column percent_of_videos: Screen time in videos of known length by that length, in percent.
WITH videos AS (
    SELECT
        label_inclusion_filters,
        label_exclusion_filters,
        label_category_inclusion_filters,
        label_category_exclusion_filters,
        COUNT(*) AS videos,
        COUNT(NULLIF(video_metadata_duration_millis, 0)) AS videos_of_known_length,
        COALESCE(SUM(video_metadata_duration_millis), 0) AS length_millis
    FROM latest_label_detection_jobs
    GROUP BY ALL
),

categories AS (
    SELECT
        name,
        LIST_DISTINCT(FLATTEN(LIST(categories))) AS categories
    FROM precomputed.label_relations
    GROUP BY name
),

seen AS (
    SELECT
        name,
        COUNT(*) AS videos,
        SUM(screen_time_millis) AS screen_time_millis,
        SUM(screen_time_millis) FILTER (share_of_video IS NOT NULL) AS of_known_length
    FROM label_screen_time
    GROUP BY name
),

-- a label or its category must be named where there are inclusion filters; an exclusion wins
asked AS (
    SELECT
        seen.name,
        SUM(videos.videos) AS videos_asked,
        SUM(videos.videos_of_known_length) AS videos_of_known_length,
        SUM(videos.length_millis) AS length_millis
    FROM seen
    LEFT JOIN categories ON seen.name = categories.name
    CROSS JOIN videos
    WHERE
        NOT COALESCE(LIST_CONTAINS(videos.label_exclusion_filters, seen.name), FALSE)
        AND NOT COALESCE(
            LIST_HAS_ANY(videos.label_category_exclusion_filters, categories.categories), FALSE
        )
        AND (
            COALESCE(videos.label_inclusion_filters, videos.label_category_inclusion_filters) IS NULL
            OR COALESCE(LIST_CONTAINS(videos.label_inclusion_filters, seen.name), FALSE)
            OR COALESCE(
                LIST_HAS_ANY(videos.label_category_inclusion_filters, categories.categories), FALSE
            )
        )
    GROUP BY seen.name
)

SELECT
    seen.name,
    seen.videos,
    CAST(seen.screen_time_millis AS BIGINT) AS screen_time_millis,
    CAST(asked.videos_asked AS BIGINT) AS videos_asked,
    CAST(asked.videos_asked - asked.videos_of_known_length AS BIGINT) AS videos_without_length,
    CAST(asked.length_millis AS BIGINT) AS length_millis,
    100 * COALESCE(seen.of_known_length, 0) / NULLIF(asked.length_millis, 0) AS percent_of_videos
FROM seen
LEFT JOIN asked ON seen.name = asked.name
