"""Finds the rule of each ATen operation."""

from mode_connectivity.symmetry import rules_contract, rules_elementwise, rules_join, rules_shape
from mode_connectivity.symmetry.call import Call
from mode_connectivity.symmetry.trace import Rule

RULES: dict[str, Rule] = {
    **rules_contract.RULES,
    **rules_elementwise.RULES,
    **rules_shape.RULES,
    **rules_join.RULES,
}


def rule_of(call: Call) -> Rule | None:
    """Return the rule that follows a call, None where there is none."""
    if call.operation in RULES:
        return RULES[call.operation]
    return rules_elementwise.pointwise if rules_elementwise.is_pointwise(call) else None
