"""Invoking an action: request → credential → attempt → response → record. `invoke` lists the stages."""
