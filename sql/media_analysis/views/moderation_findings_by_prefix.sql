-- Grain: one row per bucket, folder of any depth, and top-level moderation category (latest analysis).
-- Keys: source_ref_bucket, prefix, category.
-- Answers: where do findings gather? A folder counts all that lies beneath it: choose one depth (0 is the
--   whole bucket) or one prefix, do not add up depths. images is how many of the folder's images have the
--   category, of_images how many were looked at. An image counts once, by its newest analysis.
-- Column prefix: Folder, with its last slash; empty for the whole bucket.
-- Column depth: Slashes in the prefix.
-- Column category: Top-level category, as the model that found the labels names it.
-- Column images: Images of the folder that have the category.
-- Column of_images: Images of the folder that were looked at.
-- Column findings: Labels of the category on them.
-- Column max_confidence: Highest confidence of those, in percent.
WITH images AS (
    SELECT
        job_id,
        image_index,
        source_ref_bucket,
        REGEXP_EXTRACT(source_ref_key, '^(?s:.*/)') AS folder
    FROM latest_moderation_images
),

-- an image lies in one folder: counted there once, the folders above add up
looked_at_here AS (
    SELECT
        source_ref_bucket,
        folder,
        COUNT(*) AS of_images
    FROM images
    GROUP BY source_ref_bucket, folder
),

found_here AS (
    SELECT
        image.source_ref_bucket,
        image.folder,
        found.category,
        COUNT(*) AS images,
        SUM(LEN(found.confidences)) AS findings,
        MAX(found.confidence) AS max_confidence
    FROM images AS image
    INNER JOIN precomputed.moderation_categories AS found
        ON image.job_id = found.job_id AND image.image_index = found.image_index
    GROUP BY image.source_ref_bucket, image.folder, found.category
),

names AS (
    SELECT
        source_ref_bucket,
        folder,
        STRING_SPLIT(folder, '/') AS names
    FROM looked_at_here
),

depths AS (
    SELECT
        *,
        UNNEST(RANGE(LEN(names))) AS depth
    FROM names
),

folders AS (
    SELECT
        source_ref_bucket,
        folder,
        depth,
        CASE WHEN depth = 0 THEN '' ELSE ARRAY_TO_STRING(LIST_SLICE(names, 1, depth), '/') || '/' END AS prefix
    FROM depths
),

looked_at AS (
    SELECT
        folders.source_ref_bucket,
        folders.depth,
        folders.prefix,
        CAST(SUM(here.of_images) AS BIGINT) AS of_images
    FROM folders
    INNER JOIN looked_at_here AS here
        ON folders.source_ref_bucket = here.source_ref_bucket AND folders.folder = here.folder
    GROUP BY folders.source_ref_bucket, folders.depth, folders.prefix
),

found AS (
    SELECT
        folders.source_ref_bucket,
        folders.prefix,
        here.category,
        CAST(SUM(here.images) AS BIGINT) AS images,
        CAST(SUM(here.findings) AS BIGINT) AS findings,
        MAX(here.max_confidence) AS max_confidence
    FROM folders
    INNER JOIN found_here AS here
        ON folders.source_ref_bucket = here.source_ref_bucket AND folders.folder = here.folder
    GROUP BY folders.source_ref_bucket, folders.prefix, here.category
)

SELECT
    found.source_ref_bucket,
    found.prefix,
    looked_at.depth,
    found.category,
    found.images,
    looked_at.of_images,
    found.findings,
    found.max_confidence
FROM found
INNER JOIN looked_at
    ON found.source_ref_bucket = looked_at.source_ref_bucket AND found.prefix = looked_at.prefix
