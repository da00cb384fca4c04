"""The rights matrix: every URL name and who may open it. A URL that is not here is closed to everybody."""

from services.enums.people import Role


class Public:
    """Anybody."""


class VerifiedResident:
    """Somebody whose phone was verified in this session."""


class AnyStaff:
    """Any member of staff who has logged in with a second factor."""


class ApiKey:
    """A device with an API key; the view checks the key's plant."""


Access = type[Public] | type[VerifiedResident] | type[AnyStaff] | type[ApiKey] | frozenset[Role]


def only(*roles: Role) -> frozenset[Role]:
    """These roles; the administrator manages settings and staff, and is no role for cases."""
    return frozenset(roles)


RIGHTS: dict[str, Access] = {
    "healthz": Public,
    "readyz": Public,
    "services:home": Public,
    "services:display": Public,
    "services:display_save": Public,
    "services:accessibility": Public,
    "services:guide": Public,
    "services:staff_today": AnyStaff,
}

# Whole namespaces and third-party pages that have their own checks.
RIGHTS_BY_PREFIX: dict[str, Access] = {
    "admin:": only(Role.ADMINISTRATOR),
    "account_": Public,
    "mfa_": AnyStaff,
    "socialaccount_": Public,
    "openid_connect_": Public,
}


def access_for(view_name: str) -> Access | None:
    """Who may open the URL of this name, or None: nobody."""
    if view_name in RIGHTS:
        return RIGHTS[view_name]
    for prefix, access in RIGHTS_BY_PREFIX.items():
        if view_name.startswith(prefix):
            return access
    return None
