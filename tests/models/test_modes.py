"""Modes that are kept are those of every module."""

import pytest
from torch import nn

from mode_connectivity.models import modes_kept


def test_every_module_gets_its_own_mode_back_after_an_exception_too() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout())
    model[1].eval()
    with modes_kept(model):
        model.eval()
    assert [module.training for module in model.modules()] == [True, True, False, True]
    with pytest.raises(RuntimeError), modes_kept(model):
        model.eval()
        raise RuntimeError
    assert [module.training for module in model.modules()] == [True, True, False, True]
