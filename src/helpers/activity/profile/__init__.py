"""An unknown export looked at: its columns, what they likely mean, and a declaration to paste into year.yml."""

from helpers.activity.profile.look import Profile, profile_file
from helpers.activity.profile.screen import screen

__all__ = ["Profile", "profile_file", "screen"]
