"""One function on the route of deliveries, which answers and does nothing."""

from __future__ import annotations

import azure.functions as func

app = func.FunctionApp()


@app.function_name("receive_nothing")
@app.route("hooks/{source}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def receive_nothing(req: func.HttpRequest) -> func.HttpResponse:
    """Read the body, and answer as for a delivery."""
    req.get_body()
    return func.HttpResponse("queued", status_code=202, mimetype="text/plain")
