"""The table of Django's database cache, as a model so that migrations make it and tests empty it."""

from django.db import models


class CacheRow(models.Model):
    """Written by django.core.cache only: used second factors and rate limits of the staff log-in."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "임시 값"
        verbose_name_plural = "임시 값"

    def __str__(self) -> str:
        return self.cache_key
