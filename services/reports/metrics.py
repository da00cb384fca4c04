"""The portal's state for Prometheus: read from the database at each scrape; counts and ages only, nobody's data.

No counter lives in a process, so every web process of every host gives the same answer and none has files to share.
"""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Max
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from services.enums.notices import NoticeState
from services.models import HistorySeal, JobRun, Notice, Tick
from services.reports.installation import BACKUP, codes_today
from services.reports.jobs import Readiness, age_of, readiness


def metrics(accept: str) -> tuple[bytes, str]:
    """The answer to one scrape and its content type, in the format that the `Accept` header asks for."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Portal())
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Portal(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        state = readiness()
        yield _gauge("gimje_database_up", "The database answers.", int(state.database))
        yield _gauge("gimje_broker_up", "The broker answers.", int(state.broker))
        yield _gauge("gimje_disk_free_bytes", "Room left in the data folder.", state.free_bytes)
        if not state.database:
            return
        tick = -1 if state.tick_seconds is None else state.tick_seconds
        yield _gauge("gimje_outbox_oldest_seconds", "How long the oldest notice waits.", state.oldest_notice_seconds)
        yield _gauge("gimje_tick_age_seconds", "Since the worker's last tick; -1 when there was none.", tick)
        yield _gauge("gimje_seal_age_seconds", "Since the history was last sealed.", _seal_age())
        yield _gauge("gimje_codes_today", "Codes sent since midnight.", codes_today())
        yield _gauge("gimje_codes_budget", "Codes that may be sent a day.", settings.VERIFICATION_PER_DAY)
        yield _gauge("gimje_backup_age_seconds", "Since the last backup; -1 when there was none.", _backup_age())
        yield _degraded(state)
        yield _bad_items(state)
        yield _open_notices()
        yield _job_ages()


def _gauge(name: str, meaning: str, value: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


def _degraded(state: Readiness) -> GaugeMetricFamily:
    family = GaugeMetricFamily("gimje_degraded", "What /readyz names.", labels=("what",))
    for name in state.degraded:
        family.add_metric((name,), 1)
    return family


def _bad_items(state: Readiness) -> GaugeMetricFamily:
    family = GaugeMetricFamily("gimje_job_bad_items", "Items that a job could not do.", labels=("job",))
    for job, items in state.jobs.items():
        family.add_metric((job,), items)
    return family


def _backup_age() -> int:
    age = age_of(Tick.objects.filter(name=BACKUP).values_list("at", flat=True).first())
    return -1 if age is None else age


def _open_notices() -> GaugeMetricFamily:
    family = GaugeMetricFamily("gimje_notices_open", "Notices not yet delivered.", labels=("state", "channel"))
    open_states = [*NoticeState.VOIDABLE, NoticeState.SENDING, NoticeState.DEAD]
    rows = Notice.objects.filter(state__in=open_states).order_by("state", "channel").values_list("state", "channel")
    for state, channel, count in rows.annotate(count=Count("pk")):
        family.add_metric((state, channel), count)
    return family


def _job_ages() -> GaugeMetricFamily:
    family = GaugeMetricFamily("gimje_job_age_seconds", "Since a periodic job last finished.", labels=("job",))
    for job, last in JobRun.objects.order_by("job").values_list("job").annotate(last=Max("finished_at")):
        if last:
            family.add_metric((job,), age_of(last) or 0)
    return family


def _seal_age() -> int:
    return age_of(HistorySeal.objects.aggregate(last=Max("sealed_at"))["last"]) or 0
