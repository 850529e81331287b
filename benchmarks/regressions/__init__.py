"""How often the checks of PF6 find an injected regression, and how often they cry wolf over noise."""
