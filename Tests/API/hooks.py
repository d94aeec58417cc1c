# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""What schemathesis is told besides the document; loaded by contract_test.py."""

import atexit
import os

import schemathesis
from schemathesis import GenerationMode

sent = 0


@atexit.register
def tell() -> None:
    """Hands the number of cases on to contract_test.py."""
    if file := os.environ.get("QF_API_CASES_FILE"):
        with open(file, "a") as counts:
            counts.write(f"{sent}\n")


@schemathesis.hook
def before_call(context, case, kwargs):
    """Counts the case, leaves the tester's own account alone, and says a page in one way."""
    global sent
    sent += 1
    path = case.operation.path
    # User 1 is the tester: without it the rest of the run would be refusals. All others may be locked out and deleted.
    if path.startswith("/api/v1/users/{id}") and str(case.path_parameters.get("id")) == "1":
        case.path_parameters["id"] = 2
    # OpenAPI has no words for "these two or those two"; that both are refused is tested in Swift.
    query = case.query or {}
    is_valid = case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE
    if is_valid and {"limit", "offset"} & query.keys() and {"page", "page_size", "per_page"} & query.keys():
        for name in ("limit", "offset"):
            query.pop(name, None)
