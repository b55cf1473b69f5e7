-- Answers: by which other names does a label go?
SELECT DISTINCT
    label.name,
    alias.name AS alias
FROM label_aliases AS alias
INNER JOIN labels AS label
    ON
        alias.job_id = label.job_id
        AND alias.aggregate_by = label.aggregate_by
        AND alias.label_index = label.label_index
ORDER BY label.name ASC, alias.name ASC
