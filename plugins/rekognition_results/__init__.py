"""Amazon Rekognition for Apache Airflow: hook, operators, sensors, triggers and links."""
