"""What can be asked of Patina Lab: one method a use case, the same for every front door.

Methods raise PatinaProblem for what cannot be done; the state of runs is never half changed.
"""

from __future__ import annotations

from jupyter_server.serverapp import ServerApp

from patina_lab.rooms.registry import Rooms
from patina_lab.usecases.comparison import Comparisons
from patina_lab.usecases.conversions import Conversions
from patina_lab.usecases.forks import Forks
from patina_lab.usecases.historysearch import HistorySearch
from patina_lab.usecases.kernels import Kernels
from patina_lab.usecases.livestates import LiveStates
from patina_lab.usecases.notebooks import Notebooks
from patina_lab.usecases.runs import Runs
from patina_lab.usecases.specs import Specs
from patina_lab.usecases.timelines import Timelines
from patina_lab.usecases.variables import Variables


class Service:
    """The use cases, by what they are about."""

    def __init__(self, serverapp: ServerApp, rooms: Rooms, memory_for_forks: int = 0) -> None:
        """`memory_for_forks`: how many bytes must be free for a fork, if more than is needed."""
        specs = Specs(serverapp.kernel_spec_manager)
        self.notebooks = Notebooks(serverapp, rooms, specs)
        self.runs = Runs(rooms, specs)
        self.timelines = Timelines(rooms)
        self.forks = Forks(rooms, memory_for_forks)
        self.states = LiveStates(rooms)
        self.variables = Variables(rooms)
        self.kernels = Kernels(rooms, self.states, self.variables)
        self.comparisons = Comparisons(rooms)
        self.search = HistorySearch(rooms)
        self.conversions = Conversions(rooms, specs.all, self.notebooks.is_hidden)
