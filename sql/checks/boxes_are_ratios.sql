-- Grain: bounding box far outside the frame.
-- Finds: pixels or percentages where ratios belong. Real boxes reach past the frame by about 1e-4; the
--   bounds leave room for a subject that is cut off by the frame's edge.
SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    'the box at label_index ' || label_index || ', instance_index ' || instance_index
    || ' is no ratio of the frame' AS problem
FROM label_instances
WHERE
    bounding_box_width NOT BETWEEN 0 AND 2
    OR bounding_box_height NOT BETWEEN 0 AND 2
    OR bounding_box_left NOT BETWEEN -1 AND 2
    OR bounding_box_top NOT BETWEEN -1 AND 2
