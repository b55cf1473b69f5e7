"""Registers the plugin where the package lies in the plugins folder and is not installed.

Airflow reads both this folder and the entry points of installed packages, and reports a plugin that
it finds twice as an import error.
"""

from __future__ import annotations

from importlib.metadata import entry_points

if not entry_points(group="airflow.plugins", name="rekognition_results"):
    from rekognition_results.plugin import RekognitionPlugin as RekognitionPlugin
