"""moto's Secrets Manager: the label AWSCURRENT decides which version is read."""

from __future__ import annotations

from typing import Any


def apply() -> None:
    """Applies the patches of this module."""
    follow_the_current_label()


def follow_the_current_label() -> None:
    """After `UpdateSecretVersionStage` moved AWSCURRENT, moto still answers `GetSecretValue` with the old version."""
    from moto.secretsmanager.models import SecretsManagerBackend

    original = SecretsManagerBackend.update_secret_version_stage

    def update_secret_version_stage(
        self: Any, secret_id: str, version_stage: str, remove_from_version_id: str, move_to_version_id: str
    ) -> tuple[str, str]:
        answer: tuple[str, str] = original(self, secret_id, version_stage, remove_from_version_id, move_to_version_id)
        if version_stage == "AWSCURRENT" and move_to_version_id:
            self.secrets[secret_id].set_default_version_id(move_to_version_id)
        return answer

    SecretsManagerBackend.update_secret_version_stage = update_secret_version_stage
