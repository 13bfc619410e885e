"""Settings: read once from the environment, all problems reported at once, secrets print as ***."""

from shared.settings.reading import examine_settings, read_settings
from shared.settings.table import SETTINGS, Setting
from shared.settings.values import Secret, Settings

__all__ = ["SETTINGS", "Secret", "Setting", "Settings", "examine_settings", "read_settings"]
