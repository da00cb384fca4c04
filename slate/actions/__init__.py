"""Every change of an application and of its year's money: one verb, one transaction, its history and its notices."""
