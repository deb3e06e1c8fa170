"""A trainer of another package, as somebody would write one: it learns nothing, an epoch at a time.

Its settings: ``fail_at``, an epoch in which it raises; ``stop_at``, one after which it is interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from loopviz.errors import MissingPartError
from loopviz.train.trainer import Begun, Epoch, Remark, Step, Tell, TrainingJob


class ToyTrainer:
    def check(self, job: TrainingJob) -> None:
        if job.device not in (None, "cpu"):
            raise MissingPartError("the toy has no such device", found=job.device, remedy="Leave --device out.")

    def fit(self, job: TrainingJob, tell: Tell) -> None:
        self._epochs(job, 1, tell)

    def resume(self, job: TrainingJob, tell: Tell) -> None:
        done = int((job.checkpoints / "last.pt").read_text("utf-8"))
        tell(self._epoch(job, done))
        self._epochs(job, done + 1, tell)

    def export(self, job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:
        target.write_text(
            f"{weights.read_text('utf-8')} of {', '.join(job.names)} by loopviz {metadata['loopviz']}\n", "utf-8"
        )

    def _epochs(self, job: TrainingJob, first: int, tell: Tell) -> None:
        tell(Begun("fingers", {"toy": "1.0"}, batches=2))
        assert job.data.is_file()
        for number in range(first, job.epochs + 1):
            if number == job.settings.get("fail_at") and first == 1:
                raise ValueError("the fingers are tired")
            tell(Step(2 * number, 2 * job.epochs))
            for name in ("last.pt", "best.pt"):
                (job.checkpoints / name).write_text(str(number), "utf-8")
            tell(self._epoch(job, number))
            if number == job.settings.get("stop_at") and first == 1:
                raise KeyboardInterrupt
        tell(Remark("that was all"))

    def _epoch(self, job: TrainingJob, number: int) -> Epoch:
        scores = {"precision": 0.5, "recall": 0.5, "map50": number / 10, "map50_95": number / 20}
        classes = dict.fromkeys(job.names, number / 20)
        return Epoch(number, job.epochs, 1.5, {"toy": 1 / number}, scores, best=True, classes=classes)


TOY = ToyTrainer()
