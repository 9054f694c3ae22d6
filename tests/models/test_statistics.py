"""Statistics that no one reads are told from those that a frozen norm reads."""

from typing import Self

from torch import nn

from mode_connectivity.models import unread_statistics


class Frozen(nn.BatchNorm2d):
    """A norm that stays in evaluation mode."""

    def train(self, mode: bool = True) -> Self:
        return super().train(False)


def test_only_norms_that_train_leave_their_statistics_unread() -> None:
    model = nn.Sequential(
        nn.BatchNorm2d(3), Frozen(3), nn.BatchNorm2d(3, track_running_stats=False), nn.GroupNorm(1, 3)
    )
    assert unread_statistics(model.eval()) == set()
    assert unread_statistics(model.train()) == {"0.running_mean", "0.running_var", "0.num_batches_tracked"}
