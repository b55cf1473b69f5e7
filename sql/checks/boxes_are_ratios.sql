-- Grain: bounding box far outside the frame.
-- Finds: pixels or percentages where ratios belong. Real boxes reach past the frame by about 1e-4; the
--   bounds leave room for a subject that is cut off by the frame's edge.

-- each bounding box
SELECT
    $operation,
    job_id,
    $aggregate_by,
    'the box at ' || $place || ' is no ratio of the frame' AS problem
FROM $table
WHERE
    ${box}_width NOT BETWEEN 0 AND 2
    OR ${box}_height NOT BETWEEN 0 AND 2
    OR ${box}_left NOT BETWEEN -1 AND 2
    OR ${box}_top NOT BETWEEN -1 AND 2
-- UNION ALL
