-- Grain: one row per bucket, folder of any depth, and top-level moderation category (latest analysis).
-- Keys: source_ref_bucket, prefix, category.
-- Answers: where do findings gather? A folder counts all that lies beneath it: choose one depth (0 is the
--   whole bucket) or one prefix, do not add up depths. images is how many of the folder's images have the
--   category, of_images how many were looked at.
WITH parts AS (
    SELECT
        job_id,
        image_index,
        source_ref,
        source_ref_bucket,
        STRING_SPLIT(source_ref_key, '/') AS names
    FROM latest_moderation_images
),

depths AS (
    SELECT
        *,
        UNNEST(RANGE(LEN(names))) AS depth
    FROM parts
),

folders AS (
    SELECT
        job_id,
        image_index,
        source_ref,
        source_ref_bucket,
        depth,
        CASE WHEN depth = 0 THEN '' ELSE ARRAY_TO_STRING(LIST_SLICE(names, 1, depth), '/') || '/' END AS prefix
    FROM depths
),

looked_at AS (
    SELECT
        source_ref_bucket,
        depth,
        prefix,
        COUNT(DISTINCT source_ref) AS of_images
    FROM folders
    GROUP BY source_ref_bucket, depth, prefix
),

found AS (
    SELECT
        folders.source_ref_bucket,
        folders.prefix,
        finding.category,
        COUNT(DISTINCT folders.source_ref) AS images,
        COUNT(*) AS findings,
        MAX(finding.confidence) AS max_confidence
    FROM folders
    INNER JOIN moderation_findings AS finding
        ON folders.job_id = finding.job_id AND folders.image_index = finding.image_index
    GROUP BY folders.source_ref_bucket, folders.prefix, finding.category
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
