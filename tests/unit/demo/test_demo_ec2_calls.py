"""Pages of the EC2 calls that the demo adds to moto."""

from __future__ import annotations

from typing import Any

import pytest

from flowtui.demo.ec2_calls import of_list

ROWS = [{"Id": str(number), "State": "odd" if number % 2 else "even"} for number in range(5)]


class Call:
    """A request as moto gives it to a method."""

    def __init__(self, **params: Any) -> None:
        self._params = params

    def error_on_dryrun(self) -> None:
        """No dry run."""

    def _get_param(self, name: str, if_none: Any = None) -> Any:
        return self._params.get(name, if_none)


def pages(**params: Any) -> list[list[str]]:
    found: list[list[str]] = []
    while True:
        answer: Any = of_list("Rows", lambda _: ROWS)(Call(**params)).result
        found.append([row["Id"] for row in answer["Rows"]])
        if "NextToken" not in answer:
            return found
        params["NextToken"] = answer["NextToken"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param({}, [["0", "1", "2", "3", "4"]], id="all at once"),
        pytest.param({"MaxResults": 2}, [["0", "1"], ["2", "3"], ["4"]], id="by two"),
        pytest.param({"MaxResults": 5}, [["0", "1", "2", "3", "4"]], id="just full"),
        pytest.param(
            {"MaxResults": 1, "Filters": [{"Name": "state", "Values": ["odd"]}]},
            [["1"], ["3"]],
            id="filtered",
        ),
    ],
)
def test_pages(params: dict[str, Any], expected: list[list[str]]) -> None:
    assert pages(**params) == expected
