"""Staff paths."""

from django.urls import path

from services.staff_views.tables import paths as table_paths
from slate.staff_views import approvals, cases, counter, money, queue, tables

urlpatterns = [
    path("", queue.queue, name="staff_queue"),
    path("assign/", queue.assign, name="staff_assign"),
    path("approvals/", approvals.approvals, name="staff_approvals"),
    path("approvals/approve/", approvals.approve_many, name="staff_approve_many"),
    path("budget/", money.budget, name="staff_budget"),
    path("figures/", money.figures, name="staff_figures"),
    path("counter/", counter.counter, name="staff_counter"),
    path("cases/<str:reference>/", cases.case, name="staff_case"),
    path("cases/<str:reference>/paper/", counter.paper, name="staff_paper"),
    path("cases/<str:reference>/receipt/", counter.receipt, name="staff_receipt"),
    path("cases/<str:reference>/letter/", cases.letter, name="staff_letter"),
    path("cases/<str:reference>/letter.pdf", cases.letter_pdf, name="staff_letter_pdf"),
    path("cases/<str:reference>/checks/", cases.checks, name="staff_checks"),
    path("cases/<str:reference>/request-more/", cases.request_more, name="staff_request_more"),
    path("cases/<str:reference>/propose-refusal/", cases.propose_refusal, name="staff_propose_refusal"),
    path("cases/<str:reference>/propose-approval/", cases.propose_approval, name="staff_propose_approval"),
    path("cases/<str:reference>/contact/", cases.contact, name="staff_contact"),
    path("cases/<str:reference>/take-back/", cases.take_back, name="staff_take_back"),
    path("cases/<str:reference>/decide/", cases.decide, name="staff_decide"),
    *table_paths(*tables.TABLES),
]
