"""All settings in one file, driven by the environment: the launcher sets it, or a unit file in production."""

import importlib.util
import os
from pathlib import Path

import django_stubs_ext
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from gimje_portal import environment
from gimje_portal.logs import hide_secrets
from services.rules.korean import days_ko

django_stubs_ext.monkeypatch()

BASE_DIR = environment.BASE_DIR
try:
    env = environment.read(os.environ)  # each variable's type, range, default and meaning stand there
except environment.Wrong as wrong:
    raise ImproperlyConfigured(str(wrong)) from None

# What kind of site this is
DEBUG: bool = env["DEBUG"]
DEMO: bool = env["DEMO"]
OFFICIAL_SITE: bool = env["OFFICIAL_SITE"]
SITE_NAME: str = env["SITE_NAME"]
SITE_PHONE: str = env["SITE_PHONE"]
SITE_ADDRESS: str = env["SITE_ADDRESS"]
SITE_URL: str = env["SITE_URL"]

SECRET_KEY: str = env["SECRET_KEY"]
FIELD_KEYS: list[str] = env["FIELD_KEYS"]
BLIND_INDEX_KEY: str = env["BLIND_INDEX_KEY"]
ALLOWED_HOSTS: list[str] = env["ALLOWED_HOSTS"]
CSRF_TRUSTED_ORIGINS: list[str] = env["CSRF_TRUSTED_ORIGINS"]
DATA_DIR: Path = env["DATA_DIR"]

# Applications
INSTALLED_APPS = [
    "gimje_portal",
    "services",
    "consultations",
    "solar",
    "slate",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "axes",
    "csp",
    "django_structlog",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
]
if importlib.util.find_spec("django_linear_migrations"):  # a development tool: absent from the run-time lock
    INSTALLED_APPS.append("django_linear_migrations")

MIDDLEWARE = [
    "gimje_portal.middleware.answer_machines",
    "gimje_portal.middleware.forbid_devices",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gimje_portal.middleware.close_caches",
    "gimje_portal.middleware.CalmFaults",
    "gimje_portal.middleware.LogRequests",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "gimje_portal.middleware.know_resident",
    "gimje_portal.middleware.EnforceRights",
    "gimje_portal.middleware.act_in_context",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "gimje_portal.urls"
WSGI_APPLICATION = "gimje_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gimje_portal.context.site",
                "gimje_portal.menus.menus",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# What the ground floor asks the three apps for, without importing them
RESIDENT_CASE_SOURCES: list[str] = [
    "consultations.reports.bookings.booking_cases",
    "consultations.reports.enquiries.enquiry_cases",
    "consultations.reports.waiting.waiting_cases",
    "slate.reports.cases.cases_of",
]
REFERENCE_SOURCES: list[str] = [
    "consultations.reports.bookings.find_by_reference",
    "consultations.reports.enquiries.find_by_reference",
    "consultations.reports.waiting.find_by_reference",
    "slate.reports.cases.find",
]
HOME_NOTE_SOURCES: list[str] = [
    "consultations.reports.bookings.home_notes",
    "slate.reports.cases.home_notes",
    "solar.reports.public.home_notes",
]
# Functions () -> FirstSteps: what a service needs before it works.
FIRST_STEP_SOURCES: list[str] = [
    "services.reports.first_steps.of_the_portal",
    "consultations.reports.first_steps.steps",
    "slate.reports.first_steps.steps",
    "solar.reports.first_steps.steps",
]
# Kind of message: (notice) -> its paper (services.reports.pdf.papers_pdf) or None: instead of the notice's words.
LETTER_PAPERS: dict[str, str] = {
    "slate/notices/approved": "slate.reports.letters.posted",
    "slate/notices/refused": "slate.reports.letters.posted",
}
# What a service page's app_page runs: () -> bool, whether somebody can ask for it now.
SERVICE_OPEN_SOURCES: dict[str, str] = {
    "consultations:start": "consultations.reports.offers.takes_bookings",
    "consultations:enquiry_start": "consultations.reports.enquiries.takes_questions",
    "slate:start": "slate.reports.money.takes_applications",
}
# Function (user, URL name) -> bool: whether a menu, a button or a link may lead there.
MAY_OPEN = "gimje_portal.rights.may_open"
# Functions (consent, by) that stop what rested on a consent when it is taken back.
CONSENT_SOURCES = ["consultations.actions.retention.forget_withdrawn"]
# Functions () -> int that delete what an app may not keep.
PURGE_SOURCES = [
    "consultations.actions.retention.forget_texts",
    "services.actions.api_requests.forget_answers",
    "consultations.actions.retention.forget_questions",
]
# Jobs with a period and the schedule they keep: /readyz names the periods that were not done.
PERIODIC_JOBS = {
    "purge": "services.tasks.NIGHT",
    "slate_remind": "slate.tasks.MORNING",
    "solar-monthly-report": "solar.tasks.REPORT_DAY",
    "consultations-month": "consultations.tasks.STATISTICS_DAY",
    "consultations-half-year": "consultations.tasks.HALF_YEAR_DAY",
}
# Where the administrator may mend what a job could not do, by the kind of row.
JOB_ITEM_PAGES = {
    "consultations.adviser": "consultations:staff_table_advisers_row",
    "consultations.timetablerule": "consultations:staff_table_timetable_row",
    "solar.plant": "solar:staff_table_plants_row",
}
STAFF_TODAY_SOURCES: list[str] = [
    "services.reports.operations.todos",
    "services.reports.first_steps.todos",
    "services.reports.notices.todos",
    "consultations.reports.bookings.staff_todos",
    "consultations.reports.worklist.staff_todos",
    "consultations.reports.enquiries.staff_todos",
    "slate.reports.cases.todos",
    "solar.reports.work.todos",
]

# Database, cache, broker
DATABASES = {"default": env["DATABASE_URL"]}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": env["CONN_MAX_AGE"],
    "CONN_HEALTH_CHECKS": True,
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {
    "connect_timeout": 3,
    "options": env["PG_OPTIONS"],
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL: str = env["REDIS_URL"]
# In PostgreSQL, so that all processes know a second factor that was used or tried too often.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "services_cacherow",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Celery: PostgreSQL is the truth, the broker is the doorbell (measured with kill -9)
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "Asia/Seoul"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CELERY_BEAT_SCHEDULER = "gimje_portal.beat:LoneScheduler"
CELERY_BEAT_SCHEDULE = {
    "roll-up-solar": {"task": "solar.tasks.roll_up", "schedule": 60.0},
    "make-solar-reports": {"task": "solar.tasks.make_monthly_reports", "schedule": crontab(minute=25)},
    "make-clinic-days": {"task": "consultations.tasks.make_clinic_days", "schedule": crontab(hour=5, minute=20)},
    "expire-offers": {"task": "consultations.tasks.expire_offers", "schedule": crontab(minute="*/5")},
    "close-silent-enquiries": {
        "task": "consultations.tasks.close_silent_enquiries",
        "schedule": crontab(hour=5, minute=40),
    },
    "make-statistics": {"task": "consultations.tasks.make_statistics", "schedule": crontab(minute=15)},
    "make-half-year-reports": {
        "task": "consultations.tasks.make_half_year_reports",
        "schedule": crontab(minute=50),
    },  # both ask hourly and run once a period
    "tend-worklists": {"task": "consultations.tasks.tend_worklists", "schedule": crontab(minute="*/5")},
    "remind-bookings": {"task": "consultations.tasks.remind", "schedule": crontab(minute="*/30")},
    "remind-slate": {"task": "slate.tasks.remind", "schedule": crontab(minute=35)},  # asks hourly, runs once a morning
    "tick": {"task": "services.tasks.tick", "schedule": 60.0},
    "dispatch-notices": {"task": "services.tasks.dispatch_notices", "schedule": 20.0},
    "follow-deliveries": {"task": "services.tasks.follow_deliveries", "schedule": 60.0},
    "seal-history": {"task": "services.tasks.seal_history", "schedule": crontab(minute=5)},
    "purge": {"task": "services.tasks.purge", "schedule": crontab(minute=12)},  # hourly, and the rest once a night
}

# Language and time
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어")]
TIME_ZONE = "Asia/Seoul"
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]

# Static files: built by the launcher, never committed
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
STATICFILES_DIRS = [path for path in (BASE_DIR / "build" / "static",) if path.is_dir()]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # compress each file once, not twice
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR}},
    "staticfiles": {"BACKEND": env["STATICFILES_STORAGE"]},
}
if env["S3_BUCKET"]:
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env["S3_BUCKET"],
            "endpoint_url": env["S3_ENDPOINT"] or None,
            "querystring_expire": 300,
            "default_acl": "private",
        },
    }
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600

# Staff log-in: password, then TOTP or a security key
AUTH_USER_MODEL = "services.User"
AUTHENTICATION_BACKENDS = [
    "gimje_portal.staff_accounts.RefuseDemonstrationPassword",
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# Argon2's default costs 254 CPU ms a log-in; these values are OWASP's second choice and cost about a tenth.
PASSWORD_HASHERS = ["services.models.people.SaneArgon2Hasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "gimje_portal.passwords.NotTheirName"},
    {"NAME": "gimje_portal.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "gimje_portal.passwords.NotCommon"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "services:staff_today"
ACCOUNT_LOGOUT_REDIRECT_URL = "services:home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "gimje_portal.staff_accounts.StaffAccountAdapter"
SOCIALACCOUNT_ADAPTER = "gimje_portal.staff_accounts.StaffSocialAdapter"
SOCIALACCOUNT_ONLY = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_PERIOD = 30  # seconds
MFA_ADAPTER = "gimje_portal.staff_accounts.StaffMFAAdapter"
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds before and after: telephones' clocks differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO  # a security key on http://localhost
MFA_FORMS = {
    "authenticate": "gimje_portal.staff_forms.StaffCodeForm",
    "reauthenticate": "gimje_portal.staff_forms.StaffReauthenticateCodeForm",
    "activate_totp": "gimje_portal.staff_forms.StaffActivateForm",
}
ACCOUNT_FORMS = {
    "login": "gimje_portal.staff_forms.StaffLoginForm",
    "reauthenticate": "gimje_portal.staff_forms.StaffReauthenticateForm",
    "change_password": "gimje_portal.staff_forms.StaffChangePasswordForm",
}
ACCOUNT_SESSION_REMEMBER = False
# Wrong passwords are counted by axes; this one stops guessing of the second factor (in the cache, which is a table).
# Those by a name are counted apart for each address from which that name came in before (StaffAccountAdapter).
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,10/900s/key", "login": "60/m/ip"}
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form would be stopped by the CSP's form-action on its way to the provider
OIDC_ISSUER: str = env["OIDC_ISSUER"]
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "city",
                "name": env["OIDC_NAME"],
                "client_id": env["OIDC_CLIENT_ID"],
                "secret": env["OIDC_SECRET"],
                "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
            }
        ]
        if OIDC_ISSUER
        else []
    }
}
STAFF_MFA_REQUIRED: bool = env["STAFF_MFA_REQUIRED"]
STAFF_IDLE_MINUTES: int = env["STAFF_IDLE_MINUTES"]
STAFF_ABSOLUTE_HOURS: int = env["STAFF_ABSOLUTE_HOURS"]
AXES_FAILURE_LIMIT = 5
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "gimje_portal.views.error_locked"
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_SENSITIVE_PARAMETERS: list[str] = ["username", "login", "password"]
LOGIN_DAYS = 180  # so long it is known who came in from where; then these rows go
AXES_CLIENT_IP_CALLABLE = "services.reports.people.counted_address"
AXES_CLIENT_STR_CALLABLE = "gimje_portal.logs.who_logs_in"
PROXY_COUNT: int = env["PROXY_COUNT"]

# Residents: phone codes
VERIFICATION_MINUTES = 3
VERIFICATION_TRIES = 5
VERIFICATION_BLOCK_MINUTES = 10  # after five wrong codes
VERIFICATION_PER_PHONE_PER_DAY: int = env["VERIFICATION_PER_PHONE_PER_DAY"]
VERIFICATION_PER_ADDRESS_PER_HOUR: int = env["VERIFICATION_PER_ADDRESS_PER_HOUR"]
VERIFICATION_PER_DAY: int = env["VERIFICATION_PER_DAY"]
REFERENCE_TRIES_PER_REFERENCE_PER_DAY = 5
REFERENCE_TRIES_PER_ADDRESS_PER_HOUR: int = env["REFERENCE_TRIES_PER_ADDRESS_PER_HOUR"]
PUBLIC_PAGE_SECONDS: int = env["PUBLIC_PAGE_SECONDS"]
RESIDENT_IDLE_MINUTES: int = env["RESIDENT_IDLE_MINUTES"]
DRAFT_DAYS = 30
# Forms in steps, by the kind of their drafts.
JOURNEYS = {
    "booking": "consultations.views.booking.BOOKING",
    "enquiry": "consultations.views.enquiries.ENQUIRY",
    "slate": "slate.views.application.APPLICATION",
}

# Consultations
CONSULTATION_CHANGE_HOURS: int = env["CONSULTATION_CHANGE_HOURS"]
CONSULTATION_HOLD_HOURS: int = env["CONSULTATION_HOLD_HOURS"]
# Reminders of a consultation: "3d 10:00" is three days before at ten, "2h" is two hours before the start, but only
# within NOTICE_HOURS. People without a mobile phone are phoned for those in days, counted in working days.
CONSULTATION_REMINDERS: list[str] = env["CONSULTATION_REMINDERS"]
CONSULTATION_MONTHS_AHEAD: int = env["CONSULTATION_MONTHS_AHEAD"]
# So many days after a consultation or a question ended its texts are destroyed; its adviser may read them so long;
# what tells of health (needs) is destroyed sooner. The words of the consents are made from these numbers.
CONSULTATION_TEXT_DAYS: int = env["CONSULTATION_TEXT_DAYS"]
CONSULTATION_ADVISER_DAYS: int = env["CONSULTATION_ADVISER_DAYS"]
CONSULTATION_NEEDS_DAYS: int = env["CONSULTATION_NEEDS_DAYS"]
CONSULTATION_RETENTION = days_ko(CONSULTATION_TEXT_DAYS)
CONSULTATION_ADVISER_RETENTION = days_ko(CONSULTATION_ADVISER_DAYS)
CONSULTATION_SENSITIVE_RETENTION = days_ko(CONSULTATION_NEEDS_DAYS)
CONSULTATION_ANSWER_DAYS: int = env["CONSULTATION_ANSWER_DAYS"]
CONSULTATION_CLOSE_DAYS: int = env["CONSULTATION_CLOSE_DAYS"]
CONSULTATION_SURVEY_DAYS: int = env["CONSULTATION_SURVEY_DAYS"]
CONSULTATION_API_MINUTES: int = env["CONSULTATION_API_MINUTES"]
API_ANSWER_DAYS: int = env["API_ANSWER_DAYS"]
CONSULTATION_API_PER_PHONE_PER_DAY: int = env["CONSULTATION_API_PER_PHONE_PER_DAY"]
CONSULTATION_LINK_DAYS: int = env["CONSULTATION_LINK_DAYS"]
CONSULTATION_PHONE: str = env["CONSULTATION_PHONE"]
CONSULTATION_DEPARTMENT: str = env["CONSULTATION_DEPARTMENT"]

# Notices
SMS_SENDER: str = env["SMS_SENDER"]
SMS_FROM: str = env["SMS_FROM"]
SOLAPI_URL: str = env["SOLAPI_URL"]
SOLAPI_KEY: str = env["SOLAPI_KEY"]
SOLAPI_SECRET: str = env["SOLAPI_SECRET"]
ALIMTALK_PROFILE: str = env["ALIMTALK_PROFILE"]
ALIMTALK_TEMPLATES: dict[str, str] = env["ALIMTALK_TEMPLATES"]
ALIMTALK_BUTTON: bool = env["ALIMTALK_BUTTON"]
DOORBELL: bool = env["DOORBELL"]
# Messages that ask something: the answers that an officer ticks on the phone, by kind.
CALL_ANSWERS = {"consultations/notices/waiting_offer": "consultations.actions.waiting.ON_THE_PHONE"}
# Which messages stand on whose desk: role -> beginnings of a notice's kind; "" is every one.
NOTICE_DESKS = {
    "consultation_officer": ("consultations/",),
    "slate_officer": ("slate/",),
    "energy_manager": ("solar/",),
    "programme_officer": ("services/",),
    "township_clerk": ("consultations/", "slate/", "services/"),  # of cases they may see only
    "auditor": ("",),
    "administrator": ("",),  # whether they go out, never what they say
}
NOTICE_LEASE_SECONDS: int = env["NOTICE_LEASE_SECONDS"]
NOTICE_HOURS: tuple[int, int] = env["NOTICE_HOURS"]
EMAIL_CONFIG = env["EMAIL_URL"]
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG["EMAIL_HOST"]
EMAIL_PORT = EMAIL_CONFIG["EMAIL_PORT"] or 25
EMAIL_HOST_USER = EMAIL_CONFIG["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env["DEFAULT_FROM_EMAIL"]

# Documents
DOCUMENT_MAX_MB: int = env["DOCUMENT_MAX_MB"]
DOCUMENT_MAX_PAGES: int = env["DOCUMENT_MAX_PAGES"]
DOCUMENT_MAX_PIXELS = 50_000_000  # JPEG
DOCUMENT_MAX_PNG_PIXELS = 20_000_000
DOCUMENTS_PER_SUBJECT: int = env["DOCUMENTS_PER_SUBJECT"]
DOCUMENT_LINK_SECONDS = 300
CLAMAV_SOCKET: str = env["CLAMAV_SOCKET"]
CLAMAV_SECONDS: int = env["CLAMAV_SECONDS"]

# Watching
BACKUP_HOURS: int = env["BACKUP_HOURS"]
METRICS_TOKEN: str = env["METRICS_TOKEN"]

# Browser security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
HTTPS: bool = env["HTTPS"]
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env["HSTS_SECONDS"] if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "gimje_portal.views.error_403c"
X_FRAME_OPTIONS = "DENY"

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],  # the rights matrix decides before DRF
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "gimje_portal.api.plain_korean",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "김제시 생활행정 API",
    "DESCRIPTION": "무료 상담의 빈 시간 보기와 예약, 태양광 발전량 보내기.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "BookingStateEnum": "consultations.enums.BookingState",
        "JointOrderEnum": "consultations.enums.JointOrder",
        "WaitingStateEnum": "consultations.enums.WaitingState",
        "DayStateEnum": "consultations.api.timetable.DayState",
    },
}

# History
PGHISTORY_APPEND_ONLY = True
READING_LOG_DAYS = 2 * 365 + 1  # PD-10: two years, a leap day among them
NOTICE_DAYS: int = env["NOTICE_DAYS"]

# Logs: JSON lines, request ids, nothing personal
LOG_LEVEL: str = env["LOG_LEVEL"]
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        hide_secrets,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                hide_secrets,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        "django.db.backends": {"level": "WARNING"},  # statements carry parameters: never logged
        "axes": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},  # logs every address, and the provider's look-up has the number in it
    },
}
