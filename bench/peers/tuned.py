"""The reference playbook by hand, as fast as it goes: local activities throughout.

Emails too: that holds a workflow task open while a provider answers, which Temporal's documentation
advises against for anything slow. The provider of the bench answers at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow

from bench.peers.work import Step, Work


@workflow.defn
class TunedReference:
    """One run for one account."""

    @workflow.run
    async def run(self, account: str, wait_s: float) -> str:
        """Do the twelve steps."""
        self._run, self._account = workflow.info().workflow_id, account
        await self._do(Work.send_email, "welcome")
        await workflow.sleep(wait_s)
        await self._do(Work.set_adopting, "adopting")
        await self._do(Work.hand_out, "kickoff")
        await workflow.sleep(wait_s)
        await self._do(Work.send_email, "check-in")
        if await self._do(Work.is_large, "size"):
            await self._do(Work.notify_csm, "large-account")
        await workflow.sleep(wait_s)
        await self._do(Work.send_email, "tips")
        await workflow.sleep(wait_s)
        await self._do(Work.settle, "settled")
        return "settled"

    async def _do(self, act: Any, step: str) -> Any:
        return await workflow.execute_local_activity_method(
            act,
            Step(self._run, step, self._account),
            start_to_close_timeout=timedelta(seconds=40),
        )
