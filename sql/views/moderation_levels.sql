-- Grain: one row per image with findings and level of the moderation taxonomy (latest analysis).
-- Keys: job_id, image_index, taxonomy_level.
-- Answers: what was found on each image, from the broad (level 1) to the precise? Models before 7 tell no
--   level: a label without parent counts as level 1, another one as level 2.
SELECT
    job_id,
    image_index,
    source_ref,
    source_ref_bucket,
    source_ref_key,
    COALESCE(taxonomy_level, CASE WHEN COALESCE(parent_name, '') = '' THEN 1 ELSE 2 END) AS taxonomy_level,
    LIST(name ORDER BY confidence DESC, name ASC) AS names,
    MAX(confidence) AS max_confidence
FROM moderation_findings
GROUP BY ALL
