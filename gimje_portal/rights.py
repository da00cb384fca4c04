"""The rights matrix: every URL name and who may open it. A URL that is not here is closed to everybody."""

from services.enums.people import Role
from services.models import User


class Public:
    """Anybody."""


class VerifiedResident:
    """Somebody whose phone was verified in this session."""


class AnyStaff:
    """Any member of staff who has logged in with a second factor."""


class LoggedIn:
    """Staff with the right password; all they can do without a second factor is to set one up."""


class Nobody:
    """Pages of a library that this portal does not use."""


class ApiKey:
    """A device with an API key; the view checks the key's plant."""


class PhoneToken:
    """A program with the token of a proved phone; the view checks whose booking it is."""


Access = (
    type[Public]
    | type[VerifiedResident]
    | type[AnyStaff]
    | type[LoggedIn]
    | type[Nobody]
    | type[ApiKey]
    | type[PhoneToken]
    | frozenset[Role]
)


def only(*roles: Role) -> frozenset[Role]:
    """These roles; the administrator manages settings and staff, and is no role for cases."""
    return frozenset(roles)


def table(page: str, *roles: Role) -> dict[str, Access]:
    """The four pages of one table of reference data: for those whose work it is, and for the administrator."""
    return dict.fromkeys((page, f"{page}_new", f"{page}_row", f"{page}_remove"), only(*roles, Role.ADMINISTRATOR))


TABLE_KEEPERS = only(
    Role.CONSULTATION_OFFICER, Role.SLATE_OFFICER, Role.SLATE_APPROVER, Role.ENERGY_MANAGER, Role.ADMINISTRATOR
)
CATALOGUE_EDITORS = only(Role.PROGRAMME_OFFICER, Role.ADMINISTRATOR)
HOLIDAY_EDITORS = only(Role.PROGRAMME_OFFICER, Role.CONSULTATION_OFFICER, Role.SLATE_OFFICER, Role.ADMINISTRATOR)
# Roles that serve residents on the telephone and at the counter.
CASE_ROLES = only(
    Role.TOWNSHIP_CLERK,
    Role.CONSULTATION_OFFICER,
    Role.SLATE_OFFICER,
    Role.SLATE_APPROVER,
)
# Roles with messages to watch, people to phone and letters to post; the queryset shows those of their own desk.
NOTICE_DESK = only(
    Role.CONSULTATION_OFFICER,
    Role.SLATE_OFFICER,
    Role.PROGRAMME_OFFICER,
    Role.TOWNSHIP_CLERK,
)
SLATE_READERS = only(Role.TOWNSHIP_CLERK, Role.SLATE_OFFICER, Role.SLATE_APPROVER, Role.AUDITOR)

CONSULTATION_DESK = only(Role.CONSULTATION_OFFICER, Role.TOWNSHIP_CLERK)
CONSULTATION_READERS = only(Role.CONSULTATION_OFFICER, Role.TOWNSHIP_CLERK, Role.AUDITOR)

RIGHTS: dict[str, Access] = {
    "healthz": Public,
    "readyz": Public,
    "api-schema": Public,
    "metrics": Public,  # the view asks for a token, or for a peer on this machine
    "demo": Public,  # answers 404 unless DEMO
    "services:home": Public,
    "services:display": Public,
    "services:display_save": Public,
    "services:accessibility": Public,
    "services:guide": Public,
    "services:privacy": Public,
    "services:my_start": Public,
    "services:code_puzzle": Public,
    "services:verify_code": Public,
    "services:verify_again": Public,
    "services:code_fate": Public,  # the view asks: only this browser's own code
    "services:my_reference": Public,
    "services:my_case": Public,
    "services:my_leave": Public,
    "services:my_draft": Public,  # the view asks: this browser's form, or the verified phone's
    "services:my": VerifiedResident,
    "services:my_data": VerifiedResident,
    "services:my_readings": VerifiedResident,
    "services:my_consents": VerifiedResident,
    "services:my_consent": VerifiedResident,
    "services:catalogue": Public,
    "services:service_page": Public,
    "services:search": Public,
    "services:announcements": Public,
    "services:staff_service_pages": CATALOGUE_EDITORS,
    "services:staff_service_page": CATALOGUE_EDITORS,
    "services:staff_announcements": CATALOGUE_EDITORS,
    "services:staff_announcement_end": CATALOGUE_EDITORS,
    "services:staff_holidays": HOLIDAY_EDITORS,
    "services:staff_holiday_remove": HOLIDAY_EDITORS,
    "services:document": Public,  # the signed link is the right
    "services:staff_document": AnyStaff,  # the signed link is the right
    "slate:start": Public,
    "slate:check": Public,
    "slate:application_address": Public,
    "slate:application_parts": Public,
    "slate:application_roof": Public,
    "slate:application_household": Public,
    "slate:application_photos": Public,
    "slate:application_owner": Public,
    "slate:application_contact": Public,
    "slate:application_consents": Public,  # the check page asks for the proved phone
    "slate:application_check": Public,
    "slate:application_done": Public,  # shows what this session has sent
    "slate:application": Public,  # the view asks: proved phone, or opened by its number
    "slate:application_supply": Public,
    "slate:application_consent": Public,
    "slate:application_withdraw": Public,
    "slate:decision": Public,
    "slate:decision_pdf": Public,
    "slate:staff_queue": SLATE_READERS,
    "slate:staff_case": SLATE_READERS,  # a township clerk: their own township
    "slate:staff_letter": SLATE_READERS,
    "slate:staff_letter_pdf": SLATE_READERS,
    "slate:staff_receipt": SLATE_READERS,
    "slate:staff_figures": SLATE_READERS,
    "slate:staff_budget": only(Role.SLATE_OFFICER, Role.SLATE_APPROVER, Role.SETTLEMENT_OFFICER, Role.AUDITOR),
    "slate:staff_counter": only(Role.TOWNSHIP_CLERK, Role.SLATE_OFFICER),
    "slate:staff_paper": only(Role.TOWNSHIP_CLERK, Role.SLATE_OFFICER),  # a township clerk: their own township
    "slate:staff_assign": only(Role.SLATE_OFFICER),
    "slate:staff_checks": only(Role.SLATE_OFFICER),
    "slate:staff_request_more": only(Role.SLATE_OFFICER),
    "slate:staff_propose_refusal": only(Role.SLATE_OFFICER),
    "slate:staff_propose_approval": only(Role.SLATE_OFFICER),
    "slate:staff_contact": only(Role.SLATE_OFFICER),
    "slate:staff_take_back": only(Role.SLATE_OFFICER),  # the verb asks: who proposed it
    "slate:staff_decide": only(Role.SLATE_APPROVER),
    "slate:staff_approvals": only(Role.SLATE_APPROVER),
    "slate:staff_approve_many": only(Role.SLATE_APPROVER),
    "services:staff_today": AnyStaff,
    "consultations:staff_bookings": CONSULTATION_READERS,
    "consultations:staff_booking": CONSULTATION_READERS,
    "consultations:staff_day_board": CONSULTATION_READERS,
    "consultations:staff_booking_act": CONSULTATION_DESK,
    "consultations:staff_booking_survey": CONSULTATION_DESK,
    "consultations:staff_statistics": only(Role.CONSULTATION_OFFICER, Role.AUDITOR),
    "consultations:staff_reports": only(
        Role.CONSULTATION_OFFICER, Role.AUDITOR
    ),  # making one: the officer, by the view
    "consultations:staff_report_pdf": only(Role.CONSULTATION_OFFICER, Role.AUDITOR),
    "consultations:staff_report_correct": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_report_xlsx": only(Role.CONSULTATION_OFFICER, Role.AUDITOR),
    "consultations:staff_booking_move": CONSULTATION_DESK,
    "consultations:staff_booking_elsewhere": CONSULTATION_DESK,
    "consultations:staff_waitings": CONSULTATION_READERS,
    "consultations:staff_waiting_act": CONSULTATION_DESK,
    "consultations:staff_counter": CONSULTATION_DESK,
    "consultations:staff_day_sheet": CONSULTATION_DESK,
    "consultations:staff_enquiries": CONSULTATION_READERS,
    "consultations:staff_enquiry": CONSULTATION_READERS,
    "consultations:staff_enquiry_new": CONSULTATION_DESK,
    "consultations:staff_enquiry_assign": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_enquiry_extend": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_enquiry_refer": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_my_days": only(Role.ADVISER),  # the views show the own days and questions alone
    "consultations:staff_my_booking": only(Role.ADVISER),
    "consultations:staff_result": only(Role.ADVISER),
    "consultations:staff_my_enquiry": only(Role.ADVISER),
    "consultations:staff_my_enquiry_refer": only(Role.ADVISER),
    "consultations:staff_my_reports": only(Role.ADVISER),
    "consultations:staff_my_report_pdf": only(Role.ADVISER),
    "consultations:staff_my_report_xlsx": only(Role.ADVISER),
    "consultations:staff_advisers": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_adviser_calendar": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_my_calendar": only(Role.ADVISER),
    "consultations:staff_conflict": only(Role.ADVISER),
    "consultations:staff_link_make": CONSULTATION_DESK,  # a township clerk: the days at their own venue
    "consultations:staff_link_revoke": CONSULTATION_DESK,
    "consultations:staff_clinic_days": CONSULTATION_READERS,
    "consultations:staff_clinic_day": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_clinic_days_make": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_clinic_day_cancel": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_clinic_day_act": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_holiday_move": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_worklists": CONSULTATION_READERS,  # a township clerk: the own venue
    "consultations:staff_worklist": CONSULTATION_READERS,
    "consultations:staff_worklist_act": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_stand_in": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_affected": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_absence_new": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_day_open": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_day_close": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_date_close": only(Role.CONSULTATION_OFFICER),
    "consultations:staff_venue_close": only(Role.CONSULTATION_OFFICER),
    **table("consultations:staff_table_venues", Role.CONSULTATION_OFFICER),
    **table("consultations:staff_table_timetable", Role.CONSULTATION_OFFICER),
    **table("consultations:staff_table_advisers", Role.CONSULTATION_OFFICER),  # phone and account: the administrator
    **table("slate:staff_table_programmes", Role.SLATE_OFFICER, Role.SLATE_APPROVER),  # money: the approver
    **table("slate:staff_table_rates", Role.SLATE_APPROVER),
    **table("slate:staff_table_prices", Role.SLATE_APPROVER),
    **table("slate:staff_table_figures", Role.SLATE_OFFICER, Role.SLATE_APPROVER),
    **table("solar:staff_table_plants", Role.ENERGY_MANAGER),
    **table("solar:staff_table_groups", Role.ENERGY_MANAGER),
    **table("solar:staff_table_sources", Role.ENERGY_MANAGER),
    **table("solar:staff_table_rates", Role.ENERGY_MANAGER),
    **table("solar:staff_table_bands", Role.ENERGY_MANAGER),
    **table("solar:staff_table_charges", Role.ENERGY_MANAGER),
    **table("solar:staff_table_classes", Role.ENERGY_MANAGER),
    **table("solar:staff_table_factors", Role.ENERGY_MANAGER),
    "solar:staff_keys": only(Role.ENERGY_MANAGER, Role.ADMINISTRATOR),
    "solar:staff_key_rotate": only(Role.ENERGY_MANAGER, Role.ADMINISTRATOR),
    "solar:staff_key_revoke": only(Role.ENERGY_MANAGER, Role.ADMINISTRATOR),
    "solar:public": Public,
    "solar:public_csv": Public,
    "solar:plant": Public,
    "solar:report_pdf": Public,
    "solar:report_csv": Public,
    "solar:api_readings": ApiKey,
    "solar:staff_plants": only(Role.ENERGY_MANAGER, Role.AUDITOR),
    "solar:staff_imports": only(Role.ENERGY_MANAGER, Role.AUDITOR),
    "solar:staff_import_new": only(Role.ENERGY_MANAGER),
    "solar:staff_import_sample": only(Role.ENERGY_MANAGER),
    "solar:staff_import_detail": only(Role.ENERGY_MANAGER),
    "solar:staff_import_discard": only(Role.ENERGY_MANAGER),
    "solar:staff_import_undo": only(Role.ENERGY_MANAGER),
    "solar:staff_import_rejected": only(Role.ENERGY_MANAGER),
    "solar:report_xlsx": Public,
    "solar:staff_report_correct": only(Role.ENERGY_MANAGER),
    "solar:staff_reports": only(Role.ENERGY_MANAGER, Role.AUDITOR),
    "consultations:start": Public,
    "consultations:booking_kind": Public,
    "consultations:booking_elsewhere": Public,
    "consultations:booking_topic": Public,
    "consultations:booking_place": Public,
    "consultations:booking_time": Public,
    "consultations:booking_contact": Public,
    "consultations:booking_question": Public,
    "consultations:booking_consents": Public,
    "consultations:booking_check": Public,
    "consultations:booking_done": Public,
    "consultations:enquiry_start": Public,
    "consultations:enquiry_kind": Public,
    "consultations:enquiry_topic": Public,
    "consultations:enquiry_question": Public,
    "consultations:enquiry_papers": Public,
    "consultations:enquiry_answer_by": Public,
    "consultations:enquiry_contact": Public,
    "consultations:enquiry_consents": Public,
    "consultations:enquiry_check": Public,
    "consultations:enquiry_done": Public,
    "consultations:calendar_feed": Public,  # the secret address is the right; nothing personal in it
    "consultations:api_places": Public,
    "consultations:api_slots": Public,
    "consultations:api_verifications": Public,
    "consultations:api_verification_check": Public,
    "consultations:api_bookings": PhoneToken,
    "consultations:api_booking": PhoneToken,
    "consultations:api_booking_move": PhoneToken,
    "consultations:api_booking_cancel": PhoneToken,
    "consultations:api_waitings": PhoneToken,
    "consultations:enquiry": VerifiedResident,
    "consultations:booking_wait": Public,
    "consultations:waiting": VerifiedResident,
    "consultations:waiting_act": VerifiedResident,
    "consultations:booking": VerifiedResident,
    "consultations:booking_cancel": VerifiedResident,
    "consultations:booking_move": VerifiedResident,
    "consultations:booking_survey": VerifiedResident,
    "consultations:booking_calendar": VerifiedResident,
    "consultations:desk_open": Public,  # the signed address and a code to the adviser's own phone are the right
    "consultations:desk_code": Public,
    "consultations:desk": Public,
    "consultations:desk_booking": Public,
    "consultations:desk_result": Public,
    "consultations:desk_conflict": Public,
    "consultations:desk_leave": Public,
    "services:staff_tables": TABLE_KEEPERS,
    "services:staff_first_steps": only(Role.ADMINISTRATOR),
    "services:staff_operations": only(Role.ADMINISTRATOR),
    "services:staff_people": only(Role.ADMINISTRATOR),
    "services:staff_person_new": only(Role.ADMINISTRATOR),
    "services:staff_person": only(Role.ADMINISTRATOR),
    "services:staff_person_close": only(Role.ADMINISTRATOR),
    "services:staff_person_reopen": only(Role.ADMINISTRATOR),
    "services:staff_person_reset": only(Role.ADMINISTRATOR),
    "services:staff_resident": CASE_ROLES,
    "services:staff_resident_view": CASE_ROLES,
    "services:staff_proposal": only(Role.CONSULTATION_OFFICER, Role.SLATE_OFFICER),  # with a case of that person
    "services:staff_readings": only(Role.AUDITOR),
    "services:staff_readings_csv": only(Role.AUDITOR),
    "services:staff_notices": NOTICE_DESK | {Role.ADMINISTRATOR, Role.AUDITOR},
    "services:staff_notice": NOTICE_DESK | {Role.AUDITOR},
    "services:staff_notices_retry": NOTICE_DESK | {Role.ADMINISTRATOR},
    "services:staff_calls": NOTICE_DESK,
    "services:staff_call": NOTICE_DESK,
    "services:staff_calls_print": NOTICE_DESK,
    "services:staff_letters": NOTICE_DESK,
    "services:staff_letters_print": NOTICE_DESK,
    "services:staff_letters_posted": NOTICE_DESK,
    "mfa_authenticate": Public,  # a stage of the log-in: the password was right, nobody is logged in yet
    "account_login": Public,
    "account_logout": Public,
    "account_inactive": Public,
    "account_reauthenticate": LoggedIn,
    "account_change_password": LoggedIn,
    "socialaccount_login_cancelled": Public,
    "socialaccount_login_error": Public,
}

# Whole namespaces and third-party pages that have their own checks.
RIGHTS_BY_PREFIX: dict[str, Access] = {
    "account_": Nobody,
    "mfa_": LoggedIn,
    "socialaccount_": Nobody,
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


def may_open(user: object, name: str) -> bool:
    """Whether a page is open to this member of staff, or to everybody; menus, buttons and links ask here."""
    access = access_for(name)
    if access in (Public, VerifiedResident):
        return True
    if not isinstance(user, User):
        return False
    return bool(user.roles & access) if isinstance(access, frozenset) else access in (AnyStaff, LoggedIn)
