"""What is known of a kernel's end."""

from patina_lab.kernel.death import death
from patina_lab.kernel.process import known_status, missing_programs


def test_a_kernel_from_the_template_that_ended_is_not_said_to_be_hung_up() -> None:
    assert known_status(-1, of_own_child=False) is None
    assert "SIGHUP" not in death(known_status(-1, of_own_child=False)).cause
    assert known_status(-9, of_own_child=False) == -9


def test_a_kernel_of_our_own_can_be_hung_up() -> None:
    assert death(known_status(-1, of_own_child=True)).cause == "killed by SIGHUP"


def test_what_a_kernelspec_needs_and_the_server_lacks_is_told() -> None:
    needs = {"metadata": {"patina": {"programs": ["python3", "no-such-program"]}}}
    assert missing_programs(needs) == ["no-such-program"]
    assert missing_programs({"metadata": {}}) == missing_programs({}) == []
