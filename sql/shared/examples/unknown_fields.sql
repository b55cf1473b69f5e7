-- Answers: which members does the service send that no column holds yet?
SELECT
    operation,
    path,
    SUM(count) AS seen,
    ANY_VALUE(example) AS example
FROM unknown_fields
GROUP BY operation, path
ORDER BY seen DESC, operation ASC, path ASC
