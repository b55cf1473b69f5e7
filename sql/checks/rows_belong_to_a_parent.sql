-- Grain: row whose label, instance or image is not there.
-- Finds: tables of one result that do not fit together. (The label that label_parents names may well be
--   absent: a result can be cut off between the two.)
SELECT
    'label_detection' AS operation,
    child.job_id,
    child.aggregate_by,
    'label_instances has a row at label_index ' || child.label_index || ', where there is no label' AS problem
FROM label_instances AS child
LEFT JOIN labels AS parent
    ON
        child.job_id = parent.job_id
        AND child.aggregate_by = parent.aggregate_by
        AND child.label_index = parent.label_index
WHERE parent.job_id IS NULL
UNION ALL
SELECT
    'media_analysis' AS operation,
    child.job_id,
    NULL AS aggregate_by,
    'moderation_labels has a row at image_index ' || child.image_index || ', where there is no image' AS problem
FROM moderation_labels AS child
LEFT JOIN moderation_images AS parent
    ON
        child.job_id = parent.job_id
        AND child.image_index = parent.image_index
WHERE parent.job_id IS NULL
