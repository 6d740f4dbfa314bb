"""The config file's wishes about the screen, as the screen takes them."""

from __future__ import annotations

from flowtui.cli.config_file import Config, ConfigError
from flowtui.cli.expression import Expression, ExpressionError
from flowtui.tui.preferences import PreferenceError, Preferences, checked


def preferences_of(config: Config) -> Preferences:
    """What the file says of the screen. Raises ConfigError."""
    try:
        mutes = tuple(Expression().convert(text, None, None) for text in config.mutes)
        return checked(Preferences(config.theme, config.columns, mutes, config.keys))
    except ExpressionError as error:
        raise ConfigError(f"{config.path}: mutes: {' '.join(error.message.split())}") from None
    except PreferenceError as error:
        raise ConfigError(f"{config.path}: {error}") from None
